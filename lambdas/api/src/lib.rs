//! Lambda function `api`.
