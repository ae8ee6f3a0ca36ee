//! One concrete gateway for each AWS service that the product uses, speaking model types.
