//! What a caller may do.

use serde::{Deserialize, Serialize};

/// Roles, each with all that the one before it may do.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reads.
    Viewer,
    /// Also edits and runs.
    Operator,
    /// Also regions, targets and everyone's tokens.
    Admin,
}
