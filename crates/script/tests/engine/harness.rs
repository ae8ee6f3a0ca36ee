//! Plays the worker: writes the files, starts the engine, speaks the control protocol, reads the rows.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader, Write},
    net::{Shutdown, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command as Process, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use oleada_script::{
    control::{Command, Exchanges, Kept, Report, Session},
    jmx::Plan,
    properties, taurus,
};

use crate::target::{Target, now_ms};

/// No run of these tests takes longer.
const LIMIT: Duration = Duration::from_secs(60);

/// What the worker does once the gate has opened.
pub enum Step {
    After(Duration),
    Stop(u64),
    /// Closes the connection, as a worker does that dies.
    Leave,
    /// Stops instead of starting.
    StopAtGate,
}

pub struct Run {
    directory: tempfile::TempDir,
    taurus: bool,
    kept: Kept,
    properties: Vec<(String, String)>,
}

pub struct Outcome {
    pub exit: Option<i32>,
    pub reports: Vec<Report>,
    pub rows: Vec<BTreeMap<String, String>>,
    /// The lines of the file of exchanges.
    pub exchanges: Vec<Value>,
    pub start_ms: i64,
    pub artifacts: PathBuf,
    stopped: Option<Instant>,
    ended: Instant,
    _directory: tempfile::TempDir,
}

impl Run {
    pub fn of(plan: &Plan) -> Self {
        let directory = tempfile::tempdir().unwrap();
        for folder in ["script", "work", "home", "artifacts"] {
            fs::create_dir(directory.path().join(folder)).unwrap();
        }
        fs::write(directory.path().join("script/plan.jmx"), plan.to_bytes()).unwrap();
        Self {
            directory,
            taurus: false,
            kept: Kept::Failures,
            properties: Vec::new(),
        }
    }

    /// Runs JMeter as the product does, below Taurus.
    pub fn with_taurus(mut self) -> Self {
        self.taurus = true;
        self
    }

    /// Keeps the exchanges of all samples, not only of failures.
    pub fn keeping_all(mut self) -> Self {
        self.kept = Kept::All;
        self
    }

    pub fn file(self, name: &str, text: &str) -> Self {
        fs::write(self.directory.path().join("script").join(name), text).unwrap();
        self
    }

    pub fn properties(mut self, properties: impl Iterator<Item = (String, String)>) -> Self {
        self.properties.extend(properties);
        self
    }

    pub fn start(self, steps: &[Step]) -> Outcome {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let warm_up = Target::start();
        let artifacts = self.directory.path().join("artifacts");
        let session = Session {
            port: listener.local_addr().unwrap().port(),
            token: "secret".to_owned(),
            rows: artifacts.join(taurus::ROWS).to_str().unwrap().to_owned(),
            exchanges: Some(Exchanges {
                file: artifacts.join("exchanges.jsonl").to_str().unwrap().to_owned(),
                of: self.kept,
            }),
            warm_up: Some(format!("http://127.0.0.1:{}/warm", warm_up.port())),
        };
        let mut child = self.spawn(&session, &artifacts);
        let mut conversation = Conversation::accept(&listener, &mut child, self.directory.path());
        conversation.hold(steps);
        let exit = wait(&mut child);
        let ended = Instant::now();
        assert!(matches!(&conversation.reports[0], Report::Hello { token, .. } if token == "secret"));
        Outcome {
            exit,
            reports: conversation.reports,
            rows: rows(&fs::read_to_string(&session.rows).unwrap()),
            exchanges: fs::read_to_string(artifacts.join("exchanges.jsonl"))
                .unwrap()
                .lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect(),
            start_ms: conversation.start_ms,
            artifacts,
            stopped: conversation.stopped,
            ended,
            _directory: self.directory,
        }
    }

    fn spawn(&self, session: &Session, artifacts: &Path) -> Child {
        let engines = PathBuf::from(std::env::var_os("OLEADA_ENGINES").expect("OLEADA_ENGINES"));
        let work = self.directory.path().join("work");
        let own = session
            .properties()
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value));
        fs::write(
            work.join(taurus::PROPERTIES),
            properties::file(own.chain(self.properties.iter().cloned())),
        )
        .unwrap();
        fs::write(work.join(taurus::SYSTEM_PROPERTIES), "").unwrap();
        let plan = self.directory.path().join("script/plan.jmx");
        let mut process = if self.taurus {
            let config = work.join("taurus.json");
            fs::write(&config, taurus::config(&plan, artifacts, &engines).to_string()).unwrap();
            let mut process = Process::new(engines.join("venv/bin/python"));
            process.args(["-m", "bzt.cli", "-q"]).arg(config);
            process
        } else {
            let mut process = Process::new(engines.join("jmeter/bin/jmeter"));
            process
                .args([
                    "-n",
                    "-Jjmeterengine.force.system.exit=true",
                    "-q",
                    taurus::PROPERTIES,
                    "-t",
                ])
                .arg(plan);
            process.arg("-j").arg(artifacts.join("jmeter.log"));
            process
        };
        let output = fs::File::create(self.directory.path().join("output")).unwrap();
        process
            .current_dir(&work)
            .env("HOME", self.directory.path().join("home"))
            .env("HEAP", "-Xmx256m")
            .stdin(Stdio::null())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap()
    }
}

impl Outcome {
    pub fn count(&self, kind: &str) -> usize {
        self.rows.iter().filter(|row| row["oleada_kind"] == kind).count()
    }

    pub fn count_of(&self, kind: &str, label: &str) -> usize {
        let is = |row: &&BTreeMap<String, String>| row["oleada_kind"] == kind && row["label"] == label;
        self.rows.iter().filter(is).count()
    }

    pub fn labels(&self) -> Vec<&str> {
        self.rows.iter().map(|row| row["label"].as_str()).collect()
    }

    pub fn time_to_end(&self) -> Duration {
        self.ended - self.stopped.expect("the worker stopped the load")
    }
}

struct Conversation {
    stream: TcpStream,
    lines: Receiver<String>,
    reports: Vec<Report>,
    start_ms: i64,
    stopped: Option<Instant>,
}

impl Conversation {
    fn accept(listener: &TcpListener, child: &mut Child, directory: &Path) -> Self {
        listener.set_nonblocking(true).unwrap();
        let stream = loop {
            match listener.accept() {
                Ok((stream, _)) => break stream,
                Err(_) if child.try_wait().unwrap().is_none() => thread::sleep(Duration::from_millis(20)),
                Err(error) => {
                    let said = fs::read_to_string(directory.join("output")).unwrap();
                    panic!("the engine ended before it called ({error}): {said}");
                }
            }
        };
        stream.set_nonblocking(false).unwrap();
        let (sender, lines) = channel();
        let reader = BufReader::new(stream.try_clone().unwrap());
        thread::spawn(move || {
            for line in reader.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self {
            stream,
            lines,
            reports: Vec::new(),
            start_ms: 0,
            stopped: None,
        }
    }

    /// Speaks with the JVM until it is gone, or the worker is.
    fn hold(&mut self, steps: &[Step]) {
        if !self.until(|report| matches!(report, Report::Ready)) {
            return;
        }
        if let [Step::StopAtGate] = steps {
            self.send(Command::Stop { drain_ms: 0 });
        } else {
            self.start_ms = now_ms() + 300;
            self.send(Command::Start { at_ms: self.start_ms });
            assert!(self.until(|report| matches!(report, Report::Opened { .. })));
        }
        for step in steps {
            match step {
                Step::After(pause) => self.listen(*pause),
                Step::Stop(drain_ms) => self.send(Command::Stop { drain_ms: *drain_ms }),
                Step::Leave => {
                    self.stopped = Some(Instant::now());
                    self.stream.shutdown(Shutdown::Both).unwrap();
                }
                Step::StopAtGate => {}
            }
        }
        self.until(|_| false);
    }

    fn send(&mut self, command: Command) {
        if matches!(command, Command::Stop { .. }) {
            self.stopped = Some(Instant::now());
        }
        writeln!(self.stream, "{command}").unwrap();
    }

    /// Reads until a report is met; false when the JVM has gone before.
    fn until(&mut self, met: impl Fn(&Report) -> bool) -> bool {
        let deadline = Instant::now() + LIMIT;
        while let Ok(line) = self
            .lines
            .recv_timeout(deadline.saturating_duration_since(Instant::now()))
        {
            let report = Report::parse(&line).unwrap();
            self.reports.push(report.clone());
            if met(&report) {
                return true;
            }
        }
        false
    }

    fn listen(&mut self, pause: Duration) {
        let deadline = Instant::now() + pause;
        loop {
            match self
                .lines
                .recv_timeout(deadline.saturating_duration_since(Instant::now()))
            {
                Ok(line) => self.reports.push(Report::parse(&line).unwrap()),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return,
            }
        }
    }
}

fn wait(child: &mut Child) -> Option<i32> {
    let deadline = Instant::now() + LIMIT;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if Instant::now() > deadline {
            child.kill().unwrap();
            panic!("the engine did not end within {LIMIT:?}");
        }
        thread::sleep(Duration::from_millis(20));
    }
}

fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv_core::Reader::new();
    let (mut input, mut records) = (text.as_bytes(), Vec::new());
    let (mut output, mut ends) = (vec![0; text.len() + 1], vec![0; 64]);
    loop {
        let (result, read, _, fields) = reader.read_record(input, &mut output, &mut ends);
        input = &input[read..];
        match result {
            csv_core::ReadRecordResult::Record => {
                let starts = std::iter::once(0).chain(ends.iter().copied());
                let record: Vec<String> = starts
                    .zip(&ends[..fields])
                    .map(|(start, end)| String::from_utf8(output[start..*end].to_vec()).unwrap())
                    .collect();
                records.push(record);
            }
            csv_core::ReadRecordResult::End => break,
            other => assert!(
                matches!(other, csv_core::ReadRecordResult::InputEmpty),
                "{other:?}"
            ),
        }
    }
    let header = records.remove(0);
    records
        .into_iter()
        .map(|record| header.iter().cloned().zip(record).collect())
        .collect()
}
