//! The raw samples of a run, as JMeter wrote them.

use std::io::Read;

use anyhow::{Context, Result};
use flate2::read::MultiGzDecoder;

use crate::client::Client;

/// A row of a worker's `kpi.jtl.gz`.
#[derive(Debug, Clone)]
pub struct Sample {
    /// 0-based over the whole run.
    pub worker: u64,
    pub label: String,
    pub elapsed_ms: u64,
    /// Since the epoch, by the worker's clock.
    pub ended_ms: u64,
}

/// Every row of every worker, each worker's in the order in which they were written.
pub async fn of(client: &Client, run: &str) -> Result<Vec<Sample>> {
    let artifacts = client.get(&format!("/runs/{run}/artifacts")).await?;
    let mut samples = Vec::new();
    for artifact in artifacts["items"].as_array().context("artifacts are a list")? {
        if artifact["name"] != "kpi.jtl.gz" {
            continue;
        }
        let worker = artifact["worker"].as_u64().context("an artifact has a worker")?;
        let url = artifact["url"].as_str().context("an artifact has a url")?;
        let bytes = reqwest::get(url).await?.error_for_status()?.bytes().await?;
        let mut text = String::new();
        MultiGzDecoder::new(bytes.as_ref()).read_to_string(&mut text)?;
        let mut rows = csv_rows(&text).into_iter();
        let header = rows.next().context("the samples have a header")?;
        let column = |name: &str| {
            header
                .iter()
                .position(|title| title == name)
                .context(name.to_owned())
        };
        let (started, elapsed, label) = (column("timeStamp")?, column("elapsed")?, column("label")?);
        for row in rows.filter(|row| row.len() == header.len()) {
            let elapsed_ms: u64 = row[elapsed].parse()?;
            samples.push(Sample {
                worker,
                label: row[label].clone(),
                elapsed_ms,
                ended_ms: row[started].parse::<u64>()? + elapsed_ms,
            });
        }
    }
    Ok(samples)
}

/// Just enough CSV for labels with commas and quotes.
fn csv_rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => field.extend(chars.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            c => field.push(c),
        }
    }
    rows
}
