//! Objects against a local S3.

mod support;

use std::time::Duration;

use aws::{
    Error, Gateways,
    objects::{PutOnce, Upload, multipart::LEAST_PART},
};
use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
        SharedHttpConnector,
    },
    orchestrator::HttpRequest,
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use model::Timestamp;
use sha2::{Digest, Sha256};
use support::{TestCloud, deployment};

#[tokio::test]
async fn what_is_put_once_stays() {
    let test = TestCloud::start().await;
    let objects = &test.gateways.objects;
    assert_eq!(objects.put_once("a/b", "first").await.unwrap(), PutOnce::Put);
    assert_eq!(objects.put_once("a/b", "second").await.unwrap(), PutOnce::Kept);
    assert_eq!(objects.get("a/b").await.unwrap(), "first");
    assert_eq!(objects.get_range("a/b", 1..3).await.unwrap(), "ir");
    assert_eq!(
        (
            objects.size("a/b").await.unwrap(),
            objects.size("a").await.unwrap()
        ),
        (Some(5), None)
    );
    let missing = objects.get("a/c").await;
    assert!(
        matches!(&missing, Err(Error::NotFound(key)) if key == "a/c"),
        "{missing:?}"
    );
}

#[tokio::test]
async fn files_go_up_and_down_whatever_their_size() {
    let test = TestCloud::start().await;
    let objects = &test.gateways.objects;
    for size in [0, 10, 2 * LEAST_PART + 12_345] {
        let (from, to) = (
            test.data.path().join("from"),
            test.data.path().join(format!("to-{size}")),
        );
        let content: Vec<u8> = (0..size).map(|i| (i % 251) as u8).collect();
        std::fs::write(&from, &content).unwrap();
        objects.upload("file", &from).await.unwrap();
        let limit = size as u64;
        assert_eq!(objects.download("file", &to, limit).await.unwrap(), limit);
        assert!(
            std::fs::read(&to).unwrap() == content,
            "{size} bytes came back changed"
        );
        if size > 0 {
            let refused = objects
                .download("file", &test.data.path().join("no"), limit - 1)
                .await;
            assert!(matches!(refused, Err(Error::TooLarge { .. })));
        }
    }
}

#[tokio::test]
async fn parts_that_a_dead_worker_left_are_completed() {
    let test = TestCloud::start().await;
    let objects = &test.gateways.objects;
    let upload = objects.begin("runs/1/kpi.jtl.gz").await.unwrap();
    let first = Bytes::from(vec![1; LEAST_PART]);
    objects.upload_part(&upload, 1, first.clone()).await.unwrap();
    objects
        .upload_part(&upload, 2, Bytes::from_static(b"rest"))
        .await
        .unwrap();
    objects.begin("other").await.unwrap();

    let found = objects.unfinished("runs/1/").await.unwrap();
    assert_eq!(found, std::slice::from_ref(&upload));
    let parts = objects.parts(&found[0]).await.unwrap();
    assert_eq!(parts.iter().map(|part| part.number).collect::<Vec<_>>(), [1, 2]);
    objects.complete(&found[0], &parts).await.unwrap();
    assert_eq!(
        objects.size("runs/1/kpi.jtl.gz").await.unwrap(),
        Some(first.len() as u64 + 4)
    );
    assert!(matches!(
        objects.complete(&upload, &parts).await,
        Ok(()) | Err(Error::NotFound(_))
    ));

    objects.put("runs/1/x", "x").await.unwrap();
    objects.begin("runs/1/never").await.unwrap();
    objects.delete_all("runs/1/").await.unwrap();
    assert!(objects.list("runs/1/").await.unwrap().is_empty());
    assert!(objects.unfinished("runs/1/").await.unwrap().is_empty());
    assert_eq!(objects.unfinished("other").await.unwrap().len(), 1);
}

/// Never gets to the second page of a list.
#[derive(Debug)]
struct FirstPages(SharedHttpClient);

#[derive(Debug)]
struct FirstPagesConnector(SharedHttpConnector);

impl HttpClient for FirstPages {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(FirstPagesConnector(self.0.http_connector(settings, components)))
    }
}

impl HttpConnector for FirstPagesConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if request.uri().contains("continuation-token=") {
            return HttpConnectorFuture::ready(Err(ConnectorError::user("no second page".into())));
        }
        self.0.call(request)
    }
}

#[tokio::test]
async fn a_deletion_that_is_cut_short_leaves_less_to_the_next_one() {
    let test = TestCloud::start().await;
    let objects = &test.gateways.objects;
    let put = |number: u32| async move { objects.put(&format!("runs/1/{number:04}"), "x").await };
    stream::iter(0..1_001)
        .map(put)
        .buffer_unordered(16)
        .try_collect::<()>()
        .await
        .unwrap();
    let http = FirstPages(test.config.http_client().unwrap());
    let config = test.config.to_builder().http_client(http).build();
    let short = Gateways::new(&config, deployment(""));

    short.objects.delete_all("runs/1/").await.unwrap_err();
    let left = objects.list("runs/1/").await.unwrap();
    assert_eq!((left.len(), left[0].key.as_str()), (1, "runs/1/1000"));
    short.objects.delete_all("runs/1/").await.unwrap();
    assert!(objects.list("runs/1/").await.unwrap().is_empty());
    short.objects.delete_all("runs/1/").await.unwrap();
}

#[tokio::test]
async fn a_client_uploads_what_it_announced_and_nothing_else() {
    let test = TestCloud::start().await;
    let objects = &test.gateways.objects;
    let content = b"<jmeterTestPlan/>";
    let announced = Upload {
        size: content.len() as u64,
        sha256: Sha256::digest(content).into(),
    };
    let valid = Duration::from_secs(60);
    let signed = objects
        .presigned_put("scripts/1/upload", announced, valid, Timestamp::now())
        .await
        .unwrap();
    let send = async |body: Vec<u8>| {
        let request = reqwest::Client::new().put(&signed.url).body(body);
        let request = signed
            .headers
            .iter()
            .fold(request, |request, (name, value)| request.header(name, value));
        request.send().await.map(|answer| answer.status().as_u16())
    };
    // Of the announced length, but other bytes.
    let status = send(b"<jmeterTestPlaN/>".to_vec()).await.unwrap();
    assert!((400..500).contains(&status), "{status}");
    // Another length contradicts the signed header; the client or the server refuses.
    assert!(
        send(b"longer than announced".to_vec())
            .await
            .map_or(true, |status| status >= 400)
    );
    assert_eq!(objects.size("scripts/1/upload").await.unwrap(), None);
    assert_eq!(send(content.to_vec()).await.unwrap(), 200);
    assert_eq!(objects.get("scripts/1/upload").await.unwrap(), content.as_slice());

    let name = Some("plan \"1\".jmx");
    let signed = objects
        .presigned_get("scripts/1/upload", name, valid, Timestamp::now())
        .await
        .unwrap();
    let answer = reqwest::get(&signed.url).await.unwrap();
    let disposition = answer.headers()["content-disposition"]
        .to_str()
        .unwrap()
        .to_owned();
    assert_eq!(disposition, r#"attachment; filename="plan _1_.jmx""#);
    assert_eq!(answer.bytes().await.unwrap(), content.as_slice());
}
