//! Puts and reads that depend on what is there.

use super::*;

#[tokio::test]
async fn a_conditional_put_has_one_winner() {
    let (_cloud, client) = start().await;
    for round in 0..20 {
        let key = format!("round-{round}");
        let tries = (0..32).map(|at| {
            let put = client
                .put_object()
                .bucket(BUCKET)
                .key(&key)
                .if_none_match("*")
                .body(bytes(at + 1).into());
            async move { (at, put.send().await) }
        });
        let outcomes = futures::future::join_all(tries).await;
        let winners: Vec<_> = outcomes
            .iter()
            .filter(|(_, outcome)| outcome.is_ok())
            .map(|(at, _)| *at)
            .collect();
        assert_eq!(winners.len(), 1, "round {round}");
        assert!(outcomes.iter().all(|(_, outcome)| match outcome {
            Ok(_) => true,
            Err(error) => error.code() == Some("PreconditionFailed"),
        }));
        assert_eq!(get(&client, &key).await, bytes(winners[0] + 1));
    }
}

#[tokio::test]
async fn of_updates_of_one_version_one_wins() {
    let (_cloud, client) = start().await;
    put(&client, "a", b"first").await;
    let etag = client
        .head_object()
        .bucket(BUCKET)
        .key("a")
        .send()
        .await
        .unwrap()
        .e_tag()
        .unwrap()
        .to_owned();
    let tries = (0..32).map(|at| {
        client
            .put_object()
            .bucket(BUCKET)
            .key("a")
            .if_match(&etag)
            .body(bytes(at + 10).into())
            .send()
    });
    let outcomes = futures::future::join_all(tries).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    let absent = client
        .put_object()
        .bucket(BUCKET)
        .key("none")
        .if_match(&etag)
        .body(vec![1].into())
        .send()
        .await;
    assert_eq!(absent.unwrap_err().code(), Some("NoSuchKey"));
}

#[tokio::test]
async fn reading_with_conditions() {
    let (_cloud, client) = start().await;
    put(&client, "a", b"x").await;
    let etag = client
        .head_object()
        .bucket(BUCKET)
        .key("a")
        .send()
        .await
        .unwrap()
        .e_tag()
        .unwrap()
        .to_owned();
    let unchanged = client
        .get_object()
        .bucket(BUCKET)
        .key("a")
        .if_none_match(&etag)
        .send()
        .await
        .unwrap_err();
    assert_eq!(unchanged.raw_response().unwrap().status().as_u16(), 304);
    let changed = client
        .get_object()
        .bucket(BUCKET)
        .key("a")
        .if_match("\"other\"")
        .send()
        .await
        .unwrap_err();
    assert_eq!(changed.code(), Some("PreconditionFailed"));
}
