//! How long one core takes to merge the segments of a large run into its result, and in how much memory.
//!
//! `bench_collect [workers] [micros|millis] [all|elapsed]`: with `all`, cells have the times to first byte and to connect
//! too, as a worker's have. Steps run as processes of their own, so that each has its own peak memory.

mod common;

use std::{
    fs::{self, File},
    io::{self, BufWriter, Read, Seek, SeekFrom},
    path::Path,
    process::Command,
};

use metrics::{
    merge::{self, Merger, SegmentRef},
    recorder::{Ending, Recorder, Settings},
    sample::{Kind, Sample},
    segment::SEGMENT_SECONDS,
    series,
    store::{self, Fetch, Index, Query},
};
use model::Timestamp;
use oleada_metrics as metrics;

const START_MS: i64 = 1_795_421_151_000;
const LABELS: usize = 20;
const SECONDS: u32 = 600;
const SAMPLES: usize = 50;
const REGIONS: [&str; 2] = ["us-east-1", "sa-east-1"];

type Error = Box<dyn std::error::Error>;

fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["generate", folder, workers, unit, times] => {
            generate(Path::new(folder), workers.parse()?, unit, *times == "all")
        }
        ["collect", folder, workers] => collect(Path::new(folder), workers.parse()?),
        rest => {
            let argument = |place: usize, or| rest.get(place).copied().unwrap_or(or);
            all(
                argument(0, "1000").parse()?,
                argument(1, "micros"),
                argument(2, "all"),
            )
        }
    }
}

fn all(workers: u32, unit: &str, times: &str) -> Result<(), Error> {
    let folder = common::Folder::new("collect")?;
    let path = folder.path().to_string_lossy().into_owned();
    step(&["generate", &path, &workers.to_string(), unit, times])?;
    println!("collect: segments in local files to a stored result, results, series; one core");
    println!(
        "  input              {LABELS} labels × {SECONDS} s × {SAMPLES} log-normal samples a cell, in {unit}, times: {times}; \
         {} regions",
        REGIONS.len()
    );
    for workers in [workers / 10, workers] {
        step(&["collect", &path, &workers.to_string()])?;
    }
    println!(
        "  bounds             1,000 workers: 10 s, 256 MB, and no more memory than a tenth of the workers take"
    );
    Ok(())
}

fn step(arguments: &[&str]) -> Result<(), Error> {
    let status = Command::new(std::env::current_exe()?).args(arguments).status()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{arguments:?} failed: {status}").into())
    }
}

fn generate(folder: &Path, workers: u32, unit: &str, all_times: bool) -> Result<(), Error> {
    let mut random = common::Random::new(7);
    let resolution = if unit == "millis" { 1_000 } else { 1 };
    let times: Vec<u64> = (0..1 << 20)
        .map(|_| random.log_normal(100_000.0, 0.5).div_ceil(resolution) * resolution)
        .collect();
    let labels: Vec<String> = (0..LABELS).map(|label| format!("GET /items/{label}")).collect();
    for worker in 0..workers {
        let mut recorder = Recorder::new(Settings {
            run_id: "run_01KAQ000000000000000000000".parse()?,
            region: REGIONS[worker as usize % REGIONS.len()].parse()?,
            worker,
            start_at_ms: START_MS,
            close_after_ms: 0,
            tick_seconds: SECONDS,
            line_bytes: 12_000,
            watched: Vec::new(),
        });
        let folder = folder.join(worker.to_string());
        fs::create_dir_all(&folder)?;
        for second in 0..SECONDS {
            let end_ms = START_MS + i64::from(second) * 1_000 + 500;
            for label in &labels {
                for _ in 0..SAMPLES {
                    let elapsed = times[random.below(1 << 20) as usize];
                    recorder.record(&Sample {
                        end_ms,
                        label: label.as_bytes(),
                        elapsed,
                        ttfb: all_times.then_some(elapsed / 10 * 9 / resolution * resolution),
                        connect: all_times.then_some(0),
                        success: true,
                        code: b"200",
                        message: b"OK",
                        assertion: b"",
                        bytes_received: 1_000,
                        bytes_sent: 100,
                        virtual_users: Some(50),
                        thread: b"",
                        kind: Kind::Request,
                    });
                }
            }
            recorder.close(end_ms + 500, None);
            let cut = (second + 1)
                .is_multiple_of(SEGMENT_SECONDS)
                .then(|| recorder.segment())
                .flatten();
            if let Some(segment) = cut {
                fs::write(folder.join(segment.name.to_string()), segment.bytes)?;
            }
        }
        let (_, last) = recorder.finish(Ending::default(), None);
        fs::write(folder.join(last.name.to_string()), last.bytes)?;
    }
    Ok(())
}

fn collect(folder: &Path, workers: u32) -> Result<(), Error> {
    let mut segments = Vec::new();
    let mut bytes = 0;
    for worker in 0..workers {
        for entry in fs::read_dir(folder.join(worker.to_string()))? {
            let entry = entry?;
            bytes += entry.metadata()?.len();
            let key = entry.path().to_string_lossy().into_owned();
            segments.push(SegmentRef::from_key(&key).ok_or("a file that is no segment")?);
        }
    }
    segments.sort();

    let stopwatch = common::Stopwatch::start();
    let (totals_path, labels_path) = (folder.join("totals.bin"), folder.join("labels.bin"));
    let create = |path: &Path| File::create(path).map(BufWriter::new);
    let mut merger = Merger::new(1, create(&totals_path)?, create(&labels_path)?);
    let mut content = Vec::new();
    for window in merge::windows(&segments, metrics::merge::WINDOW_SECONDS) {
        merger.open(window.seconds);
        for place in window.segments {
            let key = &segments[place].key;
            content.clear();
            File::open(key)?.read_to_end(&mut content)?;
            merger.add(key, &content);
        }
        merger.close()?;
    }
    for segment in segments.iter().filter(|segment| segment.from == segment.to) {
        merger.note(&segment.key, &fs::read(&segment.key)?);
    }
    let merged = merger.finish()?;
    let merged_after = stopwatch.cpu();

    let index = Index::decode(&merged.index.encode())?;
    let mut figures = Vec::new();
    for window in [0..u64::from(SECONDS) * 1_000, 30_500..570_500] {
        let mut query = Query::new(&window, 1);
        for fetch in query.fetches(&index) {
            let bytes = read(&labels_path, &fetch)?;
            query.add(&index, &[(fetch, bytes)])?;
        }
        figures.push(query.finish(Timestamp::from_ms(START_MS), u64::from(SECONDS) * 1_000));
    }
    let labels = std::iter::once(None).chain(index.dictionary.labels.iter().cloned().map(Some));
    let mut points = 0;
    for label in labels {
        let request = series::Request {
            label,
            ..series::Request::default()
        };
        let builder = series::Builder::new(request, &[&index], SECONDS);
        let mut fetched = Vec::new();
        for fetch in builder.fetches(&index) {
            let path = if fetch.file == store::File::Totals {
                &totals_path
            } else {
                &labels_path
            };
            let bytes = read(path, &fetch)?;
            fetched.push((fetch, bytes));
        }
        points += builder
            .build(
                &[series::Part {
                    index: &index,
                    fetched,
                }],
                SECONDS,
            )?
            .points
            .len();
    }
    let (wall, cpu) = (stopwatch.wall(), stopwatch.cpu());

    let requests = u64::from(workers) * u64::from(SECONDS) * (LABELS * SAMPLES) as u64;
    assert_eq!((figures[0].total.requests, merged.faults.len()), (requests, 0));
    assert_eq!(merged.workers.len(), workers as usize);
    let stored = fs::metadata(&totals_path)?.len() + fs::metadata(&labels_path)?.len();
    println!(
        "  workers            {workers}: {} segments, {:.0} MB, {requests} samples",
        segments.len(),
        common::mb(bytes)
    );
    println!(
        "    result           {:.1} MB and an index of {:.2} MB; {points} points of {} series",
        common::mb(stored),
        common::mb(index.encode().len() as u64),
        LABELS + 1
    );
    println!(
        "    time             {cpu:.2} s of processor ({merged_after:.2} s to merge, {:.2} s for results and series), {wall:.2} s of wall",
        cpu - merged_after
    );
    println!("    peak memory      {:.0} MB", common::peak_mb());
    Ok(())
}

fn read(path: &Path, fetch: &Fetch) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(fetch.bytes.start))?;
    let mut bytes = vec![0; (fetch.bytes.end - fetch.bytes.start) as usize];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}
