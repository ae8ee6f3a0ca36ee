//! Lambda function `clean-up`.
