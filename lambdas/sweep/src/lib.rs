//! Lambda function `sweep`.
