//! Lambda function `plan`.
