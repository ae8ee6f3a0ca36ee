//! Results.
pub(crate) fn routes(routes: crate::routes::Routes) -> crate::routes::Routes { routes }
