//! The words of the product as types: ids, scenarios, plans, runs. Pure.
