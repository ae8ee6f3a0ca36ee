//! Lambda function `collect`.
