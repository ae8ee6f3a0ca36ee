//! Lists of runs.

use super::*;

#[tokio::test]
async fn histories_are_newest_first_in_pages() {
    let test = TestCloud::start().await;
    let (runs, scenarios) = (&test.gateways.runs, &test.gateways.scenarios);
    let stored = test.scenario([1, 0]).await;
    let now = Timestamp::now();
    let mut ids = Vec::new();
    for days in (0..5).rev() {
        let mut run = run_of(&stored);
        run.created_at = Timestamp::from_ms(now.as_ms() - days * 86_400_000);
        run.run_id = RunId::new(Ulid::from_parts(
            run.created_at.as_ms().unsigned_abs(),
            u128::try_from(days).unwrap(),
        ));
        assert_eq!(runs.create(&new(&run)).await.unwrap(), Created::Created);
        runs.finish(run.run_id, &ending(Status::Failed)).await.unwrap();
        ids.insert(0, run.run_id);
    }
    let filter = HistoryFilter::default();
    for of_scenario in [true, false] {
        let (mut found, mut cursor) = (Vec::new(), None);
        loop {
            let request = page(2, cursor);
            let list = if of_scenario {
                runs.of_scenario(stored.scenario_id, &filter, &request).await
            } else {
                runs.all(&filter, &request, now).await
            };
            let list = list.unwrap();
            assert!(!list.items.is_empty() && list.items.len() <= 2);
            found.extend(list.items.iter().map(|entry| entry.run_id));
            cursor = list.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(found, ids, "of_scenario {of_scenario}");
    }
    let recent = HistoryFilter {
        from: Some(Timestamp::from_ms(now.as_ms() - 86_400_000)),
        ..filter.clone()
    };
    assert_eq!(
        runs.all(&recent, &page(10, None), now).await.unwrap().items.len(),
        2
    );
    let running = HistoryFilter {
        statuses: vec![Status::Running, Status::Collecting],
        ..filter.clone()
    };
    assert!(
        runs.all(&running, &page(10, None), now)
            .await
            .unwrap()
            .items
            .is_empty()
    );
    assert!(
        runs.unfinished(Timestamp::from_ms(now.as_ms() - 86_400_000), now)
            .await
            .unwrap()
            .is_empty()
    );
    let foreign = runs
        .of_scenario(stored.scenario_id, &filter, &page(2, Some("e30".into())))
        .await;
    assert!(matches!(foreign, Err(Error::InvalidCursor)));

    let list = scenarios.list(&Filter::default(), &page(10, None)).await.unwrap();
    assert_eq!(list.items[0].last_run.as_ref().unwrap().run_id, ids[0]);
    let by = |tag: Option<&str>, query: Option<&str>| Filter {
        tag: tag.map(str::to_owned),
        query: query.map(str::to_owned),
    };
    for (filter, count) in [
        (by(Some("shop"), Some("CHECK")), 1),
        (by(Some("sho"), None), 0),
        (by(None, Some("x")), 0),
    ] {
        assert_eq!(
            scenarios
                .list(&filter, &page(10, None))
                .await
                .unwrap()
                .items
                .len(),
            count,
            "{filter:?}"
        );
    }
}

/// Tables as an earlier version made them: other indices, and runs without a month.
#[tokio::test]
async fn older_tables_get_the_indices_that_lists_need() {
    use aws_sdk_dynamodb::types::{
        AttributeDefinition, AttributeValue, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType,
        Projection, ProjectionType, ScalarAttributeType,
    };

    let test = TestCloud::start().await;
    let runs = &test.gateways.runs;
    let stored = test.scenario([1, 0]).await;
    let run = run_of(&stored);
    runs.create(&new(&run)).await.unwrap();
    let client = aws_sdk_dynamodb::Client::new(&test.config);
    let key = |name: &str, kind| {
        KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind)
            .build()
            .unwrap()
    };
    let text = |name: &str| {
        let kind = ScalarAttributeType::S;
        AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(kind)
            .build()
            .unwrap()
    };
    for (table, id, index, partition) in [
        ("oleada-runs", "runId", "byDay", "day"),
        ("oleada-scenarios", "scenarioId", "list", "list"),
    ] {
        let mut items = client
            .scan()
            .table_name(table)
            .send()
            .await
            .unwrap()
            .items
            .unwrap();
        client.delete_table().table_name(table).send().await.unwrap();
        let old = GlobalSecondaryIndex::builder()
            .index_name(index)
            .key_schema(key(partition, KeyType::Hash))
            .key_schema(key(id, KeyType::Range))
            .projection(
                Projection::builder()
                    .projection_type(ProjectionType::KeysOnly)
                    .build(),
            )
            .build()
            .unwrap();
        client
            .create_table()
            .table_name(table)
            .billing_mode(BillingMode::PayPerRequest)
            .key_schema(key(id, KeyType::Hash))
            .attribute_definitions(text(id))
            .attribute_definitions(text(partition))
            .global_secondary_indexes(old)
            .send()
            .await
            .unwrap();
        for item in &mut items {
            if item.remove("month").is_some() {
                item.insert("day".into(), AttributeValue::S("2026-11-23".into()));
            }
            client
                .put_item()
                .table_name(table)
                .set_item(Some(item.clone()))
                .send()
                .await
                .unwrap();
        }
    }
    for _ in 0..2 {
        tables::ensure(&test.config, &deployment("")).await.unwrap();
        let list = runs
            .all(&HistoryFilter::default(), &page(10, None), Timestamp::now())
            .await
            .unwrap();
        assert_eq!(
            list.items.iter().map(|entry| entry.run_id).collect::<Vec<_>>(),
            [run.run_id]
        );
        let of_scenario = runs
            .of_scenario(stored.scenario_id, &HistoryFilter::default(), &page(10, None))
            .await;
        assert_eq!(of_scenario.unwrap().items.len(), 1);
        let scenarios = &test.gateways.scenarios;
        let list = scenarios.list(&Filter::default(), &page(10, None)).await.unwrap();
        assert_eq!(list.items[0].active_run_id, Some(run.run_id));
        let unfinished = runs.unfinished(Timestamp::now(), Timestamp::now()).await.unwrap();
        assert_eq!(unfinished.len(), 1);
        let described = client
            .describe_table()
            .table_name("oleada-runs")
            .send()
            .await
            .unwrap();
        let indices = described.table.unwrap().global_secondary_indexes.unwrap();
        let mut names: Vec<_> = indices.iter().filter_map(|index| index.index_name()).collect();
        names.sort_unstable();
        assert_eq!(names, ["byMonth", "byScenario"]);
    }
}

/// Years lie between the runs of a history, and a page finds them.
#[tokio::test]
async fn a_sparse_history_is_listed_across_months() {
    let test = TestCloud::start().await;
    let runs = &test.gateways.runs;
    let stored = test.scenario([1, 0]).await;
    let now: Timestamp = "2027-03-05T12:00:00Z".parse().unwrap();
    let mut ids = Vec::new();
    for at in [
        "2026-02-28T23:59:59.999Z",
        "2026-03-01T00:00:00.000Z",
        "2026-10-31T12:00:00.000Z",
        "2027-03-05T12:00:01.000Z",
    ] {
        let mut run = run_of(&stored);
        run.created_at = at.parse().unwrap();
        run.run_id = RunId::new(Ulid::from_parts(run.created_at.as_ms().unsigned_abs(), 7));
        assert_eq!(runs.create(&new(&run)).await.unwrap(), Created::Created);
        runs.finish(run.run_id, &ending(Status::Failed)).await.unwrap();
        ids.insert(0, run.run_id);
    }
    let all = |filter: HistoryFilter, limit| {
        let runs = runs.clone();
        async move {
            let (mut found, mut cursor) = (Vec::new(), None);
            loop {
                let list = runs.all(&filter, &page(limit, cursor), now).await.unwrap();
                found.extend(list.items.iter().map(|entry| entry.run_id));
                cursor = list.next_cursor;
                if cursor.is_none() {
                    return found;
                }
            }
        }
    };
    for limit in [1, 2, 3, 4, 100] {
        assert_eq!(
            all(HistoryFilter::default(), limit).await,
            ids,
            "{limit} at a time"
        );
    }
    let between = |from: &str, to: &str| HistoryFilter {
        from: Some(from.parse().unwrap()),
        to: Some(to.parse().unwrap()),
        ..HistoryFilter::default()
    };
    assert_eq!(
        all(between("2026-03-01T00:00:00Z", "2027-01-01T00:00:00Z"), 1).await,
        ids[1..3]
    );
    assert_eq!(
        all(between("2026-02-28T23:59:59.999Z", "2026-03-01T00:00:00Z"), 1).await,
        ids[3..]
    );
    assert_eq!(
        all(between("2026-04-01T00:00:00Z", "2026-05-01T00:00:00Z"), 1).await,
        []
    );
    let foreign = page(1, Some("eyJtb250aCI6IjE5OTktMDEiLCJydW5JZCI6InJ1bl94In0".into()));
    let foreign = runs.all(&HistoryFilter::default(), &foreign, now).await;
    assert!(matches!(foreign, Err(Error::InvalidCursor)), "{foreign:?}");
}
