//! How a person gets in: a link that works once, and a session that lasts.

use anyhow::{Context, Result, ensure};
use oleada_tests::product::Product;
use reqwest::{Client, StatusCode, header, redirect};
use serde_json::Value;

/// The link that the product printed last.
fn link(product: &Product) -> Result<String> {
    let log = product.log();
    let line = log
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("Oleada is up: "));
    Ok(line.context("the product prints a link")?.to_owned())
}

async fn me(http: &Client, product: &Product, cookie: &str) -> Result<(StatusCode, Value)> {
    let request = http.get(format!("{}/api/v1/me", product.base()));
    let answer = request.header(header::COOKIE, cookie).send().await?;
    Ok((answer.status(), answer.json().await?))
}

#[tokio::test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
async fn a_link_opens_one_session_that_outlives_the_product() -> Result<()> {
    let data = tempfile::tempdir()?;
    let product = Product::start_in(data.path())?;
    // No connection is kept: one to a killed product would be tried first.
    let http = Client::builder()
        .redirect(redirect::Policy::none())
        .pool_max_idle_per_host(0)
        .build()?;
    let link = link(&product)?;
    let entered = http.get(&link).send().await?;
    assert_eq!(entered.status(), StatusCode::SEE_OTHER);
    let cookie = entered.headers()[header::SET_COOKIE].to_str()?.to_owned();
    for attribute in ["HttpOnly", "SameSite=Strict"] {
        ensure!(cookie.contains(attribute), "{cookie}");
    }
    let cookie = cookie.split(';').next().context("a cookie has a value")?;
    assert_eq!(
        http.get(&link).send().await?.status(),
        StatusCode::FORBIDDEN,
        "a second use"
    );
    let (status, known) = me(&http, &product, cookie).await?;
    assert_eq!(status, StatusCode::OK);
    ensure!(
        known["principal"]
            .as_str()
            .is_some_and(|who| who.starts_with("person:")),
        "{known}"
    );

    product.kill()?;
    let product = Product::start_in(data.path())?;
    assert_eq!(me(&http, &product, cookie).await?, (StatusCode::OK, known));
    let (status, _) = me(&http, &product, "oleada-session-1=guess").await?;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    Ok(())
}
