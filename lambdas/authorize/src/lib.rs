//! Lambda function `authorize`.
