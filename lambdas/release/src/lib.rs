//! Lambda function `release`.
