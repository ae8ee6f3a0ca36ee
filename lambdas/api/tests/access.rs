//! Who may use which route: every route there is, by enumeration.

mod door;

use door::{As, Door};
use serde_json::Value;

/// Method, path and least role of every route, from the document that the router itself makes.
fn routes() -> Vec<(String, String, Option<As>)> {
    let document = api::openapi::document();
    let mut routes = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        let path = path.strip_prefix("/api/v1").unwrap();
        for (method, operation) in operations.as_object().unwrap() {
            let least = operation["security"].is_array().then(|| least(operation));
            routes.push((method.to_uppercase(), path.to_owned(), least));
        }
    }
    routes
}

fn least(operation: &Value) -> As {
    let description = operation["description"].as_str().unwrap();
    match description.rsplit_once("Needs the role `").unwrap().1 {
        "viewer`." => As::Viewer,
        "operator`." => As::Operator,
        "admin`." => As::Admin,
        other => panic!("{other}"),
    }
}

/// The path with ids of nothing that exists.
fn filled(path: &str) -> String {
    let ulid = "01KAR8Z6VBN6E1CT9W2QK0H3FM";
    path.replace("{scenarioId}", &format!("scn_{ulid}"))
        .replace("{runId}", &format!("run_{ulid}"))
        .replace("{scriptId}", &format!("scr_{ulid}"))
        .replace("{candidateId}", &format!("run_{ulid}"))
        .replace("{name}", "eu-west-3")
        .replace("{path}", "plan.jmx")
}

#[tokio::test]
async fn every_route_refuses_the_anonymous_and_the_too_low() {
    let door = Door::open().await;
    let routes = routes();
    assert!(routes.len() >= 20, "{routes:?}");
    for (method, path, least) in routes {
        let path = filled(&path);
        assert!(!path.contains('{'), "a test id for {path} is missing");
        let Some(least) = least else { continue };
        let answer = door.call(As::Nobody, &method, &path).await;
        assert_eq!(answer.problem(401)["code"], "UNAUTHENTICATED", "{method} {path}");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        for who in [As::Viewer, As::Operator, As::Admin] {
            let answer = door.call(who, &method, &path).await;
            let too_low = (who as u8) < (least as u8);
            assert_eq!(
                answer.status == 403,
                too_low,
                "{who:?} {method} {path}: {}",
                answer.text
            );
        }
    }
}

#[tokio::test]
async fn only_the_document_is_public() {
    let public: Vec<String> = routes()
        .into_iter()
        .filter(|(_, _, least)| least.is_none())
        .map(|(_, path, _)| path)
        .collect();
    assert_eq!(public, ["/openapi.json"]);
    let door = Door::open().await;
    let answer = door.call(As::Nobody, "GET", "/openapi.json").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json(), api::openapi::document());
}

#[tokio::test]
async fn an_api_token_becomes_a_caller_and_nothing_else_does() {
    use model::role::Role;
    use serde_json::json;

    let door = Door::open().await;
    let token = door.token(Role::Operator).await;
    let id = token.id;
    let settings = &door.gateways.settings;
    let ask = |authorization: String| async move {
        let event = json!({
            "type": "TOKEN",
            "authorizationToken": authorization,
            "methodArn": "arn:aws:execute-api:us-east-1:000000000000:local/prod/GET/api/v1/me",
        });
        lambda_authorize::handle(settings, None, event).await
    };
    let allowed = ask(format!("Bearer {token}")).await.unwrap();
    assert_eq!(
        allowed["context"],
        json!({"principal": format!("token:{id}"), "role": "operator"})
    );
    let statement = &allowed["policyDocument"]["Statement"][0];
    assert_eq!(statement["Effect"], "Allow");
    assert_eq!(
        statement["Resource"],
        "arn:aws:execute-api:us-east-1:000000000000:local/prod/*"
    );

    // The right secret under another id, another secret, another scheme, a JWT.
    let other = api::token::Token::new(id, &mut rand::rng()).to_string();
    let moved = token
        .to_string()
        .replace(&id.to_string()[4..], "01KAR8Z6VBN6E1CT9W2QK0H3FM");
    for wrong in [
        format!("Bearer {other}"),
        format!("Bearer {moved}"),
        format!("Basic {token}"),
        token.to_string(),
        "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.".to_owned(),
        "Bearer ".to_owned(),
        String::new(),
    ] {
        let error = ask(wrong.clone()).await.unwrap_err();
        assert_eq!(error.to_string(), "Unauthorized", "{wrong}");
    }
}
