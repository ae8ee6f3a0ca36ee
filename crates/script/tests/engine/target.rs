//! An HTTP server that counts, remembers and does what a path says: `/slow?<ms>`, `/status?<code>`, `/large?<bytes>`,
//! `/odd`, `/binary`, `/latin`, `/wide`.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

pub struct Target {
    port: u16,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    connections: usize,
    requests: Vec<Request>,
}

#[derive(Clone)]
pub struct Request {
    pub at_ms: i64,
    /// The request line and the headers.
    pub head: String,
    pub body: Vec<u8>,
}

impl Request {
    fn path(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }
}

impl Target {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let target = Self {
            port: listener.local_addr().unwrap().port(),
            seen: Arc::default(),
        };
        let seen = Arc::clone(&target.seen);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let seen = Arc::clone(&seen);
                thread::spawn(move || serve(stream, &seen));
            }
        });
        target
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }

    pub fn requests(&self) -> Vec<Request> {
        self.seen.lock().unwrap().requests.clone()
    }

    /// How many requests came for a path, whatever their query.
    pub fn count(&self, path: &str) -> usize {
        self.requests()
            .iter()
            .filter(|request| is_for(request, path))
            .count()
    }

    /// When the first request for a path came, in epoch milliseconds.
    pub fn first(&self, path: &str) -> Option<i64> {
        self.requests()
            .iter()
            .find(|request| is_for(request, path))
            .map(|request| request.at_ms)
    }
}

fn is_for(request: &Request, path: &str) -> bool {
    request.path().split('?').next() == Some(path)
}

pub fn now_ms() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(now.as_millis()).unwrap()
}

/// Until the other end closes, or breaks off.
fn serve(stream: TcpStream, seen: &Mutex<Seen>) {
    seen.lock().unwrap().connections += 1;
    let mut writer = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader) {
        let path = request.path().to_owned();
        let is_head = request.head.starts_with("HEAD");
        seen.lock().unwrap().requests.push(request);
        let (path, query) = path.split_once('?').unwrap_or((&path, ""));
        if path == "/slow" || path == "/setup" {
            thread::sleep(Duration::from_millis(query.parse().unwrap_or(0)));
        }
        let status = match path {
            "/status" => query.split('&').next().unwrap_or_default(),
            "/odd" => "500",
            _ => "200",
        };
        let (headers, body) = answer(path, query);
        let body = if is_head || status == "204" {
            Vec::new()
        } else {
            body
        };
        let length = if status == "204" {
            String::new()
        } else {
            format!("Content-Length: {}\r\n", body.len())
        };
        let head = format!(
            "HTTP/1.1 {status} Status\r\nLocation: /\r\nSet-Cookie: sid=hidden\r\n{headers}{length}\r\n"
        );
        if writer.write_all(&[head.as_bytes(), &body].concat()).is_err() {
            return;
        }
    }
}

/// Further headers, and the body.
fn answer(path: &str, query: &str) -> (String, Vec<u8>) {
    let plain = |charset: &str| format!("Content-Type: text/plain; charset={charset}\r\n");
    match path {
        "/large" => (String::new(), vec![b'x'; query.parse().unwrap_or(0)]),
        "/odd" => odd(),
        "/binary" => (String::new(), [0, 1, 2].repeat(100)),
        "/latin" => (plain("ISO-8859-1"), b"a\xf1o".to_vec()),
        "/wide" => (plain("UTF-16LE"), b"a\0\xf1\0o\0".to_vec()),
        _ => (String::new(), b"hi".to_vec()),
    }
}

/// Headers and a body that are as long and awkward as can be.
fn odd() -> (String, Vec<u8>) {
    let headers = (0..50).map(|n| format!("X-Odd-{n}: {}\r\n", "ñ\"\\".repeat(100)));
    (
        headers.collect(),
        "\u{1}\u{1f}\"\\\r\n日本😀".repeat(5_000).into_bytes(),
    )
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = head.lines().find_map(|line| {
        line.to_ascii_lowercase()
            .strip_prefix("content-length: ")
            .map(str::to_owned)
    });
    let mut body = vec![0; length.map_or(0, |length| length.trim().parse().unwrap())];
    reader.read_exact(&mut body).ok()?;
    Some(Request {
        at_ms: now_ms(),
        head,
        body,
    })
}
