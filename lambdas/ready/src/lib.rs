//! Lambda function `ready`.
