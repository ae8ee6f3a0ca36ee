//! Queries of tables and indices, page by page.

use super::*;

pub async fn queries(client: &Client, seen: &mut Transcript) {
    for index in 0..12 {
        put(client, "q", index, if index % 3 == 0 { "lost" } else { "done" }).await;
    }
    let indices = |items: &[HashMap<String, AttributeValue>]| {
        items
            .iter()
            .map(|item| value_shown(&item["index"]))
            .collect::<Vec<_>>()
            .join(",")
    };
    for (what, condition, forward, limit) in [
        ("query all", "run = :run", true, None),
        ("query backwards", "run = :run", false, Some(5)),
        (
            "query a range",
            "run = :run AND #i BETWEEN :low AND :high",
            true,
            None,
        ),
        ("query from", "run = :run AND #i > :low", true, Some(3)),
        (
            "query by prefix of a number",
            "run = :run AND begins_with(#i, :low)",
            true,
            None,
        ),
        ("query without the hash key", "#i > :low", true, None),
        (
            "query with a second hash key",
            "run = :run AND run = :run",
            true,
            None,
        ),
    ] {
        let mut query = client
            .query()
            .table_name(TABLE)
            .key_condition_expression(condition)
            .scan_index_forward(forward)
            .set_limit(limit);
        if condition.contains(":run") {
            query = query.expression_attribute_values(":run", s("q"));
        }
        if condition.contains("#i") {
            query = query.expression_attribute_names("#i", "index");
        }
        for (name, value) in [(":low", 3), (":high", 6)] {
            if condition.contains(name) {
                query = query.expression_attribute_values(name, n(value));
            }
        }
        let outcome = match query.send().await {
            Ok(page) => format!(
                "{} of {} then {}",
                indices(page.items()),
                page.scanned_count(),
                shown(page.last_evaluated_key())
            ),
            Err(error) => code(&error),
        };
        seen.insert(what, outcome);
    }
    let filtered = client
        .query()
        .table_name(TABLE)
        .key_condition_expression("run = :run")
        .filter_expression("#s = :lost")
        .limit(4);
    let filtered = filtered
        .expression_attribute_values(":run", s("q"))
        .expression_attribute_values(":lost", s("lost"));
    let filtered = filtered
        .expression_attribute_names("#s", "state")
        .send()
        .await
        .unwrap();
    seen.insert(
        "query with a filter and a limit",
        format!("{} of {}", filtered.count(), filtered.scanned_count()),
    );
    let by_state = client
        .query()
        .table_name(TABLE)
        .index_name("byState")
        .key_condition_expression("#s = :lost")
        .scan_index_forward(false);
    let by_state = by_state
        .expression_attribute_values(":lost", s("lost"))
        .expression_attribute_names("#s", "state");
    let page = by_state.clone().limit(2).send().await.unwrap();
    seen.insert(
        "query an index",
        format!(
            "{} then {}",
            indices(page.items()),
            shown(page.last_evaluated_key())
        ),
    );
    let rest = by_state
        .clone()
        .set_exclusive_start_key(page.last_evaluated_key)
        .send()
        .await
        .unwrap();
    seen.insert(
        "query an index on",
        format!(
            "{} then {}",
            indices(rest.items()),
            shown(rest.last_evaluated_key())
        ),
    );
    let consistent = by_state.clone().consistent_read(true).send().await;
    seen.insert("query an index consistently", refusal(consistent));
    let some = client
        .query()
        .table_name(TABLE)
        .key_condition_expression("run = :run")
        .expression_attribute_values(":run", s("q"))
        .limit(1);
    let some = some
        .projection_expression("#s, nothing")
        .expression_attribute_names("#s", "state")
        .send()
        .await
        .unwrap();
    seen.insert("query some attributes", shown(some.items().first()));
    let unknown = client
        .query()
        .table_name(TABLE)
        .index_name("none")
        .key_condition_expression("run = :run")
        .expression_attribute_values(":run", s("q"));
    seen.insert("query an unknown index", refusal(unknown.send().await));
}
