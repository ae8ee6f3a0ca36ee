//! Lambda function `watch`.
