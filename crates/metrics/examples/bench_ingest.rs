//! How fast one core counts the rows of a JMeter result file: read, counted, closed, cut into segments.
//!
//! `bench_ingest [rows]`

mod common;

use std::{
    fmt::Write as _,
    fs::File,
    io::{BufWriter, Read, Write as _},
};

use metrics::{
    jtl::Reader,
    recorder::{Ending, Recorder, Settings},
};
use oleada_metrics as metrics;

const START_MS: i64 = 1_795_421_151_000;
const LABELS: u32 = 50;
const ROWS_PER_SECOND: u64 = 10_000;

fn main() -> std::io::Result<()> {
    let rows: u64 = std::env::args()
        .nth(1)
        .and_then(|rows| rows.parse().ok())
        .unwrap_or(5_000_000);
    let folder = common::Folder::new("ingest")?;
    let path = folder.path().join("kpi.jtl");
    write_rows(&path, rows)?;
    let bytes = std::fs::metadata(&path)?.len();

    let stopwatch = common::Stopwatch::start();
    let mut recorder = Recorder::new(Settings {
        run_id: "run_01KAQ000000000000000000000".parse().expect("a valid id"),
        region: "us-east-1".parse().expect("a valid region"),
        worker: 0,
        start_at_ms: START_MS,
        close_after_ms: 500,
        tick_seconds: 1,
        line_bytes: 12_000,
        watched: vec![label(1)],
    });
    let mut file = File::open(&path)?;
    let mut chunk = vec![0; 256 * 1024];
    let mut reader = Reader::new();
    let (mut read, mut ticks, mut segments, mut segment_bytes) = (0_u64, 0, 0, 0);
    let mut next_segment = 30;
    loop {
        let length = file.read(&mut chunk)?;
        if length == 0 {
            break;
        }
        let mut latest = 0;
        let pushed = reader.push(&chunk[..length], |sample| {
            read += 1;
            latest = sample.end_ms;
            recorder.record(sample);
        });
        pushed.map_err(std::io::Error::other)?;
        // The worker's clock: rows are written in the order in which they end.
        ticks += recorder.close(latest, None).len();
        if recorder.report().complete_until >= next_segment {
            next_segment += 30;
            let segment = recorder.segment().expect("seconds were closed");
            segments += 1;
            segment_bytes += segment.bytes.len();
        }
    }
    let (last_ticks, segment) = recorder.finish(Ending::default(), None);
    let (wall, cpu) = (stopwatch.wall(), stopwatch.cpu());
    assert_eq!(
        (read, reader.malformed().rows, recorder.report().requests),
        (rows, 0, rows)
    );

    println!("ingest: JMeter rows to closed seconds, live ticks and segments, one core");
    println!(
        "  rows               {rows}, 13 columns, {LABELS} quoted labels, {ROWS_PER_SECOND} rows a second of load"
    );
    println!(
        "  file               {:.1} MB, read in chunks of 256 KB",
        common::mb(bytes)
    );
    println!("  live ticks         {}", ticks + last_ticks.len());
    println!(
        "  segments           {}, {:.1} MB",
        segments + 1,
        common::mb((segment_bytes + segment.bytes.len()) as u64)
    );
    println!("  time               {cpu:.2} s of processor, {wall:.2} s of wall");
    println!(
        "  rows/s             {:.0} by processor, {:.0} by wall (at least 1,000,000)",
        rows as f64 / cpu,
        rows as f64 / wall
    );
    println!("  peak memory        {:.1} MB (below 100)", common::peak_mb());
    Ok(())
}

fn label(number: u32) -> String {
    format!("GET /items/{number}, \"all\"")
}

/// Rows as JMeter writes them, ordered by their ends.
fn write_rows(path: &std::path::Path, rows: u64) -> std::io::Result<()> {
    let mut random = common::Random::new(1);
    let mut file = BufWriter::new(File::create(path)?);
    file.write_all(
        b"timeStamp,elapsed,label,responseCode,responseMessage,threadName,success,bytes,grpThreads,allThreads,\
          Latency,Hostname,Connect\n",
    )?;
    let labels: Vec<String> = (0..LABELS)
        .map(|number| label(number).replace('"', "\"\""))
        .collect();
    let mut line = String::new();
    for row in 0..rows {
        let end = START_MS as u64 + row * 1_000 / ROWS_PER_SECOND;
        let elapsed = (random.log_normal(100_000.0, 0.5) / 1_000).max(1);
        let label = &labels[random.below(u64::from(LABELS)) as usize];
        let (code, message, success) = if random.below(100) == 0 {
            (503, "Service Unavailable", false)
        } else {
            (200, "OK", true)
        };
        line.clear();
        let written = writeln!(
            line,
            "{},{elapsed},\"{label}\",{code},{message},Users 1-{},{success},{},200,200,{},host,{}",
            end - elapsed,
            random.below(200),
            500 + random.below(3_000),
            elapsed * 9 / 10,
            u64::from(random.below(50) == 0),
        );
        written.expect("writing to memory does not fail");
        file.write_all(line.as_bytes())?;
    }
    file.flush()
}
