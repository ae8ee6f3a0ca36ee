//! Lists of objects, page by page.

use super::*;

#[tokio::test]
async fn listings_page_and_fold() {
    let (_cloud, client) = start().await;
    let keys = ["a", "b/1", "b/2", "b/c/3", "b0", "c/", "c/1", "d"];
    for key in keys {
        put(&client, key, b"x").await;
    }
    for most in 1..=4 {
        let (mut found, mut folded, mut token) = (Vec::new(), Vec::new(), None);
        loop {
            let list = client
                .list_objects_v2()
                .bucket(BUCKET)
                .delimiter("/")
                .max_keys(most)
                .set_continuation_token(token);
            let page = list.send().await.unwrap();
            assert!(page.key_count().unwrap() <= most);
            found.extend(
                page.contents()
                    .iter()
                    .filter_map(|object| object.key().map(str::to_owned)),
            );
            folded.extend(
                page.common_prefixes()
                    .iter()
                    .filter_map(|prefix| prefix.prefix().map(str::to_owned)),
            );
            token = page.next_continuation_token().map(str::to_owned);
            assert_eq!(token.is_some(), page.is_truncated().unwrap());
            if token.is_none() {
                break;
            }
        }
        assert_eq!(found, ["a", "b0", "d"]);
        assert_eq!(folded, ["b/", "c/"]);
    }
    let under = client
        .list_objects_v2()
        .bucket(BUCKET)
        .prefix("b/")
        .delimiter("/")
        .send()
        .await
        .unwrap();
    assert_eq!(
        under
            .contents()
            .iter()
            .filter_map(|object| object.key())
            .collect::<Vec<_>>(),
        ["b/1", "b/2"]
    );
    assert_eq!(under.common_prefixes()[0].prefix(), Some("b/c/"));
    let after = client
        .list_objects_v2()
        .bucket(BUCKET)
        .start_after("b0")
        .send()
        .await
        .unwrap();
    assert_eq!(
        after
            .contents()
            .iter()
            .filter_map(|object| object.key())
            .collect::<Vec<_>>(),
        ["c/", "c/1", "d"]
    );
    let amid = client
        .list_objects_v2()
        .bucket(BUCKET)
        .delimiter("/")
        .start_after("b/1");
    let amid = amid.send().await.unwrap();
    assert_eq!(amid.common_prefixes()[0].prefix(), Some("c/"));
    let none = client
        .list_objects_v2()
        .bucket(BUCKET)
        .prefix("zz")
        .send()
        .await
        .unwrap();
    assert_eq!(none.key_count(), Some(0));
}
