//! Items that are put, deleted and updated, with and without conditions.

use super::*;

pub async fn writes(client: &Client, seen: &mut Transcript) {
    put(client, "w", 1, "ready").await;
    let get = client
        .get_item()
        .table_name(TABLE)
        .key("run", s("w"))
        .key("index", n(1))
        .send()
        .await
        .unwrap();
    seen.insert("get", shown(get.item()));
    let missing = client
        .get_item()
        .table_name(TABLE)
        .key("run", s("w"))
        .key("index", n(9))
        .send()
        .await
        .unwrap();
    seen.insert("get what is not there", shown(missing.item()));
    let again = client
        .put_item()
        .table_name(TABLE)
        .item("run", s("w"))
        .item("index", n(1))
        .condition_expression("attribute_not_exists(run)");
    let again = again
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .send()
        .await
        .unwrap_err();
    seen.insert("put again on condition", code(&again));
    let old = match again.as_service_error() {
        Some(aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(
            failed,
        )) => shown(failed.item()),
        other => format!("{other:?}"),
    };
    seen.insert("put again on condition, the old item", old);
    let replaced = client
        .put_item()
        .table_name(TABLE)
        .item("run", s("w"))
        .item("index", n(1))
        .item("a", s("b"));
    let replaced = replaced.return_values(ReturnValue::AllOld).send().await.unwrap();
    seen.insert("put returns the old item", shown(replaced.attributes()));
    let deleted = client
        .delete_item()
        .table_name(TABLE)
        .key("run", s("w"))
        .key("index", n(1))
        .return_values(ReturnValue::AllOld);
    seen.insert(
        "delete returns the old item",
        shown(deleted.send().await.unwrap().attributes()),
    );
    let deleted = client
        .delete_item()
        .table_name(TABLE)
        .key("run", s("w"))
        .key("index", n(1))
        .send()
        .await;
    seen.insert("delete what is not there", deleted.is_ok().to_string());
    let refused = client
        .delete_item()
        .table_name(TABLE)
        .key("run", s("w"))
        .key("index", n(1))
        .condition_expression("attribute_exists(run)");
    seen.insert(
        "delete what is not there on condition",
        refusal(refused.send().await),
    );
}

pub async fn updates(client: &Client, seen: &mut Transcript) {
    /// Its name, the expression, and the values in it.
    type Step<'a> = (&'static str, &'a str, &'a [(&'a str, AttributeValue)]);
    let steps: &[Step<'_>] = &[
        (
            "update creates",
            "SET #s = :s, #n = :n",
            &[(":s", s("x")), (":n", n(5))],
        ),
        ("update adds", "ADD #n :n", &[(":n", n(-7))]),
        ("update counts", "SET #n = #n + :n", &[(":n", n(10))]),
        (
            "update keeps",
            "SET #s = if_not_exists(#s, :s)",
            &[(":s", s("y"))],
        ),
        (
            "update starts a list",
            "SET #l = list_append(if_not_exists(#l, :e), :s)",
            &[
                (":e", AttributeValue::L(vec![])),
                (":s", AttributeValue::L(vec![s("1")])),
            ],
        ),
        (
            "update appends",
            "SET #l = list_append(#l, :s)",
            &[(":s", AttributeValue::L(vec![s("2"), n(3)]))],
        ),
        ("update one of a list", "SET #l[1] = :s", &[(":s", s("two"))]),
        (
            "update starts a set",
            "ADD #t :s",
            &[(":s", AttributeValue::Ss(vec!["a".into(), "b".into()]))],
        ),
        (
            "update shrinks a set",
            "DELETE #t :s",
            &[(":s", AttributeValue::Ss(vec!["a".into(), "z".into()]))],
        ),
        (
            "update empties a set",
            "DELETE #t :s",
            &[(":s", AttributeValue::Ss(vec!["b".into()]))],
        ),
        (
            "update starts a map",
            "SET #m = :m",
            &[(":m", AttributeValue::M(HashMap::from([("a".to_owned(), n(1))])))],
        ),
        ("update within a map", "SET #m.b = :s", &[(":s", s("two"))]),
        ("update removes", "REMOVE #m.a, #n", &[]),
        ("update below nothing", "SET #n.a = :s", &[(":s", s("x"))]),
        ("update a list as a map", "SET #l.a = :s", &[(":s", s("x"))]),
        ("update counts text", "SET #s = #s + :n", &[(":n", n(1))]),
        (
            "update twice the same",
            "SET #s = :s REMOVE #s",
            &[(":s", s("x"))],
        ),
    ];
    let names = [
        ("#s", "state"),
        ("#n", "number"),
        ("#l", "list"),
        ("#t", "tags"),
        ("#m", "map"),
    ];
    for (what, expression, values) in steps {
        let mut update = client
            .update_item()
            .table_name(TABLE)
            .key("run", s("u"))
            .key("index", n(1));
        update = update
            .update_expression(*expression)
            .return_values(ReturnValue::AllNew);
        for (name, attribute) in names.iter().filter(|(name, _)| expression.contains(name)) {
            update = update.expression_attribute_names(*name, *attribute);
        }
        for (name, value) in *values {
            update = update.expression_attribute_values(*name, value.clone());
        }
        let outcome = match update.send().await {
            Ok(done) => shown(done.attributes()),
            Err(error) => code(&error),
        };
        seen.insert(what, outcome);
    }
    let update = client
        .update_item()
        .table_name(TABLE)
        .key("run", s("u"))
        .key("index", n(1))
        .update_expression("SET a = :v");
    let changed = update
        .expression_attribute_values(":v", n(1))
        .return_values(ReturnValue::UpdatedNew)
        .send()
        .await
        .unwrap();
    seen.insert("update returns what changed", shown(changed.attributes()));
    for (what, condition) in [
        ("condition: size", "size(#l) = :v"),
        ("condition: between", "a BETWEEN :v AND :v"),
        ("condition: in", "a IN (:v, :v)"),
        ("condition: contains", "contains(#l, :v)"),
        ("condition: type", "attribute_type(a, :v)"),
        ("condition: not", "NOT a = :v"),
        ("condition: or", "a = :v OR attribute_exists(none)"),
        ("condition: missing", "none = :v"),
    ] {
        let mut update = client
            .update_item()
            .table_name(TABLE)
            .key("run", s("u"))
            .key("index", n(1))
            .update_expression("SET b = :v");
        update = update
            .condition_expression(condition)
            .expression_attribute_values(":v", n(1));
        if condition.contains("#l") {
            update = update.expression_attribute_names("#l", "list");
        }
        let outcome = update.send().await;
        seen.insert(
            what,
            outcome.map_or_else(|error| code(&error), |_| "holds".into()),
        );
    }
}
