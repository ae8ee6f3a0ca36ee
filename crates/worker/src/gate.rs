//! The worker's end of the line to the engine's JVM, and the listener that its warm-up talks to.
//!
//! Both are on loopback and of this worker alone. [`script::control`] has the protocol.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use script::control::{Command, Report};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream, tcp::OwnedWriteHalf},
    sync::mpsc,
    task::JoinSet,
};

/// Longer lines are not of the protocol.
const LONGEST_LINE: u64 = 8 * 1024;
/// For a connection to show its token.
const HELLO: Duration = Duration::from_secs(5);
const WARM_UP_ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{\"warm\":true}";

/// A loopback server for one JVM.
#[derive(Debug)]
pub struct Gate {
    control: SocketAddr,
    warm_up: SocketAddr,
    token: String,
    reports: mpsc::Receiver<Report>,
    commands: mpsc::Sender<Command>,
    /// Whether the line was closed and that was said.
    closed: bool,
    /// Ends its tasks when dropped, and with them the connection.
    _tasks: JoinSet<()>,
}

impl Gate {
    /// Listens on two free ports. `token` is what the JVM must show, so that no other process is taken for it.
    pub async fn open(token: String) -> io::Result<Self> {
        let control = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let warm_up = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let addresses = (control.local_addr()?, warm_up.local_addr()?);
        let (report, reports) = mpsc::channel(64);
        let (commands, obeyed) = mpsc::channel(8);
        let mut tasks = JoinSet::new();
        tasks.spawn(serve(control, token.clone(), report, obeyed));
        tasks.spawn(answer_warm_up(warm_up));
        Ok(Self {
            control: addresses.0,
            warm_up: addresses.1,
            token,
            reports,
            commands,
            closed: false,
            _tasks: tasks,
        })
    }

    /// Where the JVM is to connect.
    pub fn control(&self) -> SocketAddr {
        self.control
    }

    /// Where its warm-up requests go: `http://<address>/`.
    pub fn warm_up(&self) -> SocketAddr {
        self.warm_up
    }

    pub fn token(&self) -> &str {
        &self.token
    }

    /// The JVM's next word, of which the first is its hello; `None` once when its line has closed, and then nothing ever
    /// again. May be dropped and called again.
    pub async fn next(&mut self) -> Option<Report> {
        if self.closed {
            std::future::pending::<()>().await;
        }
        let report = self.reports.recv().await;
        self.closed = report.is_none();
        report
    }

    /// Commands the JVM; one that is gone, or never came, hears nothing.
    pub async fn send(&self, command: Command) {
        if self.commands.send(command).await.is_err() {
            tracing::info!("the engine's line is closed; it gets no more commands");
        }
    }
}

/// Waits for the one JVM that knows the token, then carries lines both ways until it goes.
async fn serve(
    listener: TcpListener,
    token: String,
    report: mpsc::Sender<Report>,
    mut commands: mpsc::Receiver<Command>,
) {
    let (mut lines, mut out, hello) = loop {
        match listener.accept().await {
            Ok((stream, _)) => match tokio::time::timeout(HELLO, greet(stream, &token)).await {
                Ok(Ok(greeted)) => break greeted,
                Ok(Err(error)) => tracing::warn!(%error, "a connection to the gate was refused"),
                Err(_) => tracing::warn!("a connection to the gate said nothing and was closed"),
            },
            Err(error) => {
                tracing::warn!(%error, "the gate could not accept a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    };
    drop(listener);
    let mut next = hello;
    loop {
        if report.send(next).await.is_err() {
            return;
        }
        next = loop {
            tokio::select! {
                line = lines.next_line() => match line.map(|line| line.as_deref().map(Report::parse)) {
                    Ok(Some(Ok(report))) => break report,
                    Ok(Some(Err(unknown))) => tracing::warn!(%unknown, "the engine said something else"),
                    Ok(None) => return,
                    Err(error) => {
                        tracing::info!(%error, "the engine's line broke");
                        return;
                    }
                },
                command = commands.recv() => {
                    // Without a sender the worker itself is ending.
                    let Some(command) = command else { return };
                    if let Err(error) = out.write_all(format!("{command}\n").as_bytes()).await {
                        tracing::info!(%error, "the engine's line broke");
                        return;
                    }
                }
            }
        };
    }
}

type Lines = tokio::io::Lines<BufReader<tokio::net::tcp::OwnedReadHalf>>;

/// Reads the hello and checks its token.
async fn greet(stream: TcpStream, token: &str) -> io::Result<(Lines, OwnedWriteHalf, Report)> {
    stream.set_nodelay(true)?;
    let (read, write) = stream.into_split();
    let mut read = BufReader::new(read);
    let mut line = String::new();
    (&mut read).take(LONGEST_LINE).read_line(&mut line).await?;
    match Report::parse(line.trim_end()) {
        Ok(Report::Hello { token: shown, pid }) if shown == token => {
            Ok((read.lines(), write, Report::Hello { token: shown, pid }))
        }
        _ => Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "it did not show the token",
        )),
    }
}

/// Answers every request with a few bytes of JSON and keeps the connection, as a healthy API does.
async fn answer_warm_up(listener: TcpListener) {
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                connections.spawn(async move {
                    if let Err(error) = answer(stream).await {
                        tracing::debug!(%error, "a warm-up connection broke");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "the warm-up listener could not accept a connection");
                return;
            }
        }
    }
}

/// Requests of a warm-up have no body: each ends with its first empty line.
async fn answer(stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    while let Some(line) = lines.next_line().await? {
        if line.is_empty() {
            write.write_all(WARM_UP_ANSWER).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn connect(gate: &Gate, hello: &str) -> TcpStream {
        let mut jvm = TcpStream::connect(gate.control()).await.unwrap();
        jvm.write_all(hello.as_bytes()).await.unwrap();
        jvm
    }

    fn hello() -> Option<Report> {
        Some(Report::Hello {
            token: "secret".into(),
            pid: 42,
        })
    }

    #[tokio::test]
    async fn the_jvm_with_the_token_is_heard_and_told() {
        let mut gate = Gate::open("secret".into()).await.unwrap();
        let _stranger = connect(&gate, "hello guess 1\nready\n").await;
        let mut jvm = connect(&gate, "hello secret 42\nready\n").await;
        assert_eq!(gate.next().await, hello());
        assert_eq!(gate.next().await, Some(Report::Ready));
        gate.send(Command::Start { at_ms: 1_000 }).await;
        gate.send(Command::Stop { drain_ms: 3_000 }).await;
        let mut told = [0; 21];
        jvm.read_exact(&mut told).await.unwrap();
        assert_eq!(&told, b"start 1000\nstop 3000\n");
        jvm.write_all(b"opened 1007\nnonsense\nended 1\n").await.unwrap();
        drop(jvm);
        assert_eq!(gate.next().await, Some(Report::Opened { at_ms: 1_007 }));
        assert_eq!(gate.next().await, Some(Report::Ended { interrupted: 1 }));
        assert_eq!(gate.next().await, None);
    }

    #[tokio::test]
    async fn the_line_closes_with_the_gate() {
        let mut gate = Gate::open("secret".into()).await.unwrap();
        let mut jvm = connect(&gate, "hello secret 42\n").await;
        assert_eq!(gate.next().await, hello());
        drop(gate);
        let mut rest = Vec::new();
        jvm.read_to_end(&mut rest).await.unwrap();
        assert!(rest.is_empty());
    }

    #[tokio::test]
    async fn every_warm_up_request_on_a_connection_is_answered() {
        let gate = Gate::open("secret".into()).await.unwrap();
        let mut client = TcpStream::connect(gate.warm_up()).await.unwrap();
        for _ in 0..3 {
            client
                .write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                .await
                .unwrap();
            let mut answer = vec![0; WARM_UP_ANSWER.len()];
            client.read_exact(&mut answer).await.unwrap();
            assert_eq!(answer, WARM_UP_ANSWER);
        }
    }
}
