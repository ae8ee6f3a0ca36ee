//! Lambda function `publish-live`.
