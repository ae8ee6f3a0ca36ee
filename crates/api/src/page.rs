//! Lists in pages: `?limit=` and `?cursor=` in, `items` and `nextCursor` out.

use serde::Serialize;
use utoipa::IntoParams;

use crate::query::{FromQuery, Parameters};

/// What part of a list is asked for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Paging {
    /// How many items a page has at most.
    #[param(minimum = 1, maximum = 100, default = 20, required = false)]
    pub limit: usize,
    /// `nextCursor` of the page before.
    #[param(
        min_length = 1,
        max_length = 1000,
        pattern = "^[A-Za-z0-9_/+=.-]+$",
        required = false,
        nullable = false
    )]
    pub cursor: Option<String>,
}

const DEFAULT: u64 = 20;

impl FromQuery for Paging {
    fn read(parameters: &Parameters) -> Option<Self> {
        let limit = parameters.integer("limit", 1..=100);
        let cursor = parameters.cursor();
        Some(Self {
            limit: usize::try_from(limit?.unwrap_or(DEFAULT)).ok()?,
            cursor: cursor?,
        })
    }
}

impl From<Paging> for aws::PageRequest {
    fn from(paging: Paging) -> Self {
        Self {
            limit: paging.limit,
            cursor: paging.cursor,
        }
    }
}

/// A page of a list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Page<T> {
    pub items: Vec<T>,
    /// Where the list goes on; null at its end.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    pub fn of<U: Into<T>>(page: aws::Page<U>) -> Self {
        Self {
            items: page.items.into_iter().map(Into::into).collect(),
            next_cursor: page.next_cursor,
        }
    }

    /// A list that is always given whole.
    pub fn whole(items: Vec<T>) -> Self {
        Self {
            items,
            next_cursor: None,
        }
    }
}
