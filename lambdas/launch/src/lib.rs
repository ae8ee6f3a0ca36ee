//! Lambda function `launch`.
