//! People's tokens, from an issuer on loopback: which are taken, which are not, and when the issuer is asked for its keys.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use api::people::{self, People};
use aws::{Deployment, Gateways, HttpClient, Patience, connect, settings::Settings};
use axum::{Json, Router, extract::State, http::StatusCode, routing::get};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use lambda_authorize::Error;
use ring::{
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents},
};
use serde_json::{Value, json};

/// Keys that guard nothing anywhere.
const FIRST: &[u8] = include_bytes!("keys/first.der");
const SECOND: &[u8] = include_bytes!("keys/second.der");

struct Issuer {
    address: String,
    state: Arc<Published>,
}

#[derive(Default)]
struct Published {
    address: Mutex<String>,
    keys: Mutex<Vec<Value>>,
    is_away: Mutex<bool>,
    asked: AtomicUsize,
}

impl Issuer {
    async fn open() -> Self {
        let state = Arc::new(Published::default());
        let configuration = |State(state): State<Arc<Published>>| async move {
            let address = state.address.lock().unwrap().clone();
            Json(json!({"issuer": address, "jwks_uri": format!("{address}/keys")}))
        };
        let keys = |State(state): State<Arc<Published>>| async move {
            state.asked.fetch_add(1, Ordering::Relaxed);
            if *state.is_away.lock().unwrap() {
                return Err(StatusCode::BAD_GATEWAY);
            }
            Ok(Json(json!({"keys": *state.keys.lock().unwrap()})))
        };
        let app = Router::new()
            .route("/.well-known/openid-configuration", get(configuration))
            .route("/keys", get(keys))
            .with_state(Arc::clone(&state));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        state.address.lock().unwrap().clone_from(&address);
        tokio::spawn(async move { axum::serve(listener, app).await });
        let issuer = Self { address, state };
        issuer.publish(&[("one", FIRST)]);
        issuer
    }

    fn publish(&self, keys: &[(&str, &[u8])]) {
        *self.state.keys.lock().unwrap() = keys.iter().map(|(id, key)| public(id, key)).collect();
    }

    fn asked(&self) -> usize {
        self.state.asked.load(Ordering::Relaxed)
    }

    fn people(&self) -> People {
        People::from_env(|name| match name {
            people::ISSUER => Some(self.address.clone()),
            people::AUDIENCE => Some("console".to_owned()),
            people::GROUPS_CLAIM => Some("cognito:groups".to_owned()),
            _ => None,
        })
        .unwrap()
        .unwrap()
    }

    /// What an access token of Cognito says.
    fn claims(&self) -> Value {
        let now = now();
        json!({"iss": self.address, "sub": "7f3e", "client_id": "console", "token_use": "access", "exp": now + 600,
            "iat": now, "cognito:groups": ["viewer", "operator"]})
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn public(id: &str, key: &[u8]) -> Value {
    let pair = RsaKeyPair::from_der(key).unwrap();
    let public: RsaPublicKeyComponents<Vec<u8>> = pair.public().into();
    json!({"kid": id, "kty": "RSA", "alg": "RS256", "use": "sig",
        "n": URL_SAFE_NO_PAD.encode(public.n), "e": URL_SAFE_NO_PAD.encode(public.e)})
}

fn signed(header: &Value, claims: &Value, key: &[u8]) -> String {
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let message = format!("{}.{}", encode(header), encode(claims));
    let pair = RsaKeyPair::from_der(key).unwrap();
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        message.as_bytes(),
        &mut signature,
    )
    .unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn token(claims: &Value) -> String {
    signed(&json!({"alg": "RS256", "kid": "one"}), claims, FIRST)
}

/// Nothing listens there: a person's token is none of the settings' business.
fn settings() -> Settings {
    let key = connect::Key {
        endpoint: "http://127.0.0.1:9".into(),
        region: "us-east-1".parse().unwrap(),
        access_key_id: "a".into(),
        secret_access_key: "b".into(),
    };
    let sdk = connect::with_key(&HttpClient::new(), Patience::Function, key);
    let deployment = Deployment {
        hub_region: "us-east-1".parse().unwrap(),
        scenarios_table: "a".into(),
        runs_table: "b".into(),
        workers_table: "c".into(),
        settings_table: "d".into(),
        bucket: "e".into(),
        state_machine_arn: None,
        live_address: None,
        live_role_arn: None,
    };
    Gateways::new(&sdk, deployment).settings
}

const METHOD: &str = "arn:aws:execute-api:us-east-1:000000000000:abc/prod/GET/api/v1/runs";

async fn ask(people: &People, token: &str) -> Result<Value, Error> {
    let event =
        json!({"type": "TOKEN", "methodArn": METHOD, "authorizationToken": format!("Bearer {token}")});
    lambda_authorize::handle(&settings(), Some(people), event).await
}

async fn is_refused(people: &People, token: &str) -> bool {
    match ask(people, token).await {
        Ok(answer) => panic!("{answer}"),
        Err(error) => matches!(error, Error::Unauthorized),
    }
}

#[tokio::test]
async fn a_person_has_the_highest_role_of_their_groups() {
    let issuer = Issuer::open().await;
    let people = issuer.people();
    let answer = ask(&people, &token(&issuer.claims())).await.unwrap();
    assert_eq!(
        answer,
        json!({
            "principalId": "person:7f3e",
            "context": {"principal": "person:7f3e", "role": "operator"},
            "policyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
                "Action": "execute-api:Invoke", "Resource": "arn:aws:execute-api:us-east-1:000000000000:abc/prod/*"}]},
        })
    );
    // Issuers other than Cognito write the audience where the standard has it.
    let mut standard = issuer.claims();
    standard.as_object_mut().unwrap().remove("client_id");
    standard.as_object_mut().unwrap().remove("token_use");
    for audience in [json!("console"), json!(["other", "console"])] {
        standard["aud"] = audience;
        assert!(ask(&people, &token(&standard)).await.is_ok());
    }
    assert_eq!(issuer.asked(), 1, "keys are kept");
}

#[tokio::test]
async fn a_person_without_a_group_is_known_and_may_nothing() {
    let issuer = Issuer::open().await;
    let mut claims = issuer.claims();
    for groups in [json!([]), json!(["guests"]), Value::Null] {
        claims["cognito:groups"] = groups;
        let answer = ask(&issuer.people(), &token(&claims)).await.unwrap();
        assert_eq!(
            answer["policyDocument"]["Statement"][0]["Effect"], "Deny",
            "{answer}"
        );
        assert_eq!(answer["context"], Value::Null);
    }
}

#[tokio::test]
async fn what_is_not_for_us_or_not_now_is_refused() {
    let issuer = Issuer::open().await;
    let people = issuer.people();
    let wrong = [
        ("iss", json!("https://login.example.com")),
        ("client_id", json!("another")),
        ("aud", json!("another")),
        ("aud", json!([])),
        ("token_use", json!("id")),
        ("exp", json!(now() - 60)),
        ("exp", json!("tomorrow")),
        ("exp", Value::Null),
        ("nbf", json!(now() + 120)),
        ("sub", Value::Null),
    ];
    for (claim, value) in wrong {
        let mut claims = issuer.claims();
        claims[claim] = value.clone();
        assert!(is_refused(&people, &token(&claims)).await, "{claim}: {value}");
    }
    for claim in ["iss", "client_id", "exp", "sub"] {
        let mut claims = issuer.claims();
        claims.as_object_mut().unwrap().remove(claim);
        assert!(is_refused(&people, &token(&claims)).await, "no {claim}");
    }
    // Clocks differ a little.
    let mut claims = issuer.claims();
    claims["exp"] = json!(now() - 5);
    assert!(ask(&people, &token(&claims)).await.is_ok());
}

#[tokio::test]
async fn what_the_issuer_did_not_sign_is_refused() {
    let issuer = Issuer::open().await;
    let people = issuer.people();
    let claims = issuer.claims();
    let fine = token(&claims);
    assert!(ask(&people, &fine).await.is_ok());

    let header = json!({"alg": "RS256", "kid": "one"});
    let (message, _) = fine.rsplit_once('.').unwrap();
    let encoded = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let mut promoted = claims.clone();
    promoted["cognito:groups"] = json!(["admin"]);
    let signature = fine.rsplit('.').next().unwrap();
    let forged = [
        signed(&header, &claims, SECOND),
        format!("{message}."),
        format!("{message}.{}", URL_SAFE_NO_PAD.encode([0; 256])),
        format!("{}.{}.{signature}", encoded(&header), encoded(&promoted)),
        format!(
            "{}.{}.",
            encoded(&json!({"alg": "none", "kid": "one"})),
            encoded(&claims)
        ),
        // An algorithm with a shared secret, which would be the public key.
        signed(&json!({"alg": "HS256", "kid": "one"}), &claims, FIRST),
        signed(&json!({"alg": "RS512", "kid": "one"}), &claims, FIRST),
        signed(&json!({"alg": "RS256"}), &claims, FIRST),
        // Where keys are is for us to know, not for the token to say.
        signed(
            &json!({"alg": "RS256", "kid": "two", "jku": format!("{}/keys", issuer.address), "jwk": public("two", SECOND)}),
            &claims,
            SECOND,
        ),
        fine.replace('.', ""),
        "a.b.c".to_owned(),
        String::new(),
    ];
    for token in forged {
        assert!(is_refused(&people, &token).await, "{token}");
    }
}

#[tokio::test]
async fn a_new_key_is_fetched_once_and_invented_ones_are_not_asked_for() {
    let issuer = Issuer::open().await;
    issuer.publish(&[("one", FIRST), ("two", SECOND)]);
    let people = issuer.people();
    let claims = issuer.claims();
    assert!(ask(&people, &token(&claims)).await.is_ok());
    let second = signed(&json!({"alg": "RS256", "kid": "two"}), &claims, SECOND);
    assert!(ask(&people, &second).await.is_ok());
    for invented in 0..20 {
        let header = json!({"alg": "RS256", "kid": format!("invented-{invented}")});
        assert!(is_refused(&people, &signed(&header, &claims, SECOND)).await);
    }
    assert_eq!(issuer.asked(), 1);
    // Keys are of one use: a key for encryption signs nothing.
    let mut other = public("three", SECOND);
    other["use"] = json!("enc");
    issuer.state.keys.lock().unwrap().push(other);
    let fresh = issuer.people();
    let third = signed(&json!({"alg": "RS256", "kid": "three"}), &claims, SECOND);
    assert!(is_refused(&fresh, &third).await);
}

#[tokio::test]
async fn an_issuer_that_is_away_is_a_failure_and_not_a_refusal() {
    let issuer = Issuer::open().await;
    let people = issuer.people();
    *issuer.state.is_away.lock().unwrap() = true;
    let fine = token(&issuer.claims());
    assert!(matches!(ask(&people, &fine).await, Err(Error::Undecided(_))));
    // It is not asked again at once.
    assert!(matches!(ask(&people, &fine).await, Err(Error::Undecided(_))));
    assert_eq!(issuer.asked(), 1);

    // A document that speaks for another issuer is none.
    let other = Issuer::open().await;
    "https://login.example.com".clone_into(&mut other.state.address.lock().unwrap());
    let answer = ask(&other.people(), &token(&other.claims())).await;
    assert!(matches!(answer, Err(Error::Undecided(_))));
}
