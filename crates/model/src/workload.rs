//! What a scenario sends: listed HTTP requests, or a script of the user's.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Duration, ScriptId,
    field::{Fields, Node},
    text::as_string,
};

/// What the virtual users do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Workload {
    Http(Http),
    Script(Script),
}

/// The program that generates the load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    Jmeter,
}

/// HTTP requests that each virtual user sends in turn, over and over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Http {
    pub engine: Engine,
    #[schema(min_items = 1, max_items = 100)]
    pub requests: Vec<Request>,
    /// For connecting, and again for every read.
    pub timeout: Duration,
    pub follow_redirects: bool,
    /// The pause of a virtual user before each request.
    pub think_time: Duration,
}

/// One HTTP request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// The name in the results; method and path when it is left out.
    #[schema(min_length = 1, max_length = 255)]
    pub label: String,
    pub method: Method,
    /// `http` or `https`, absolute.
    #[schema(max_length = 4096)]
    pub url: String,
    pub headers: BTreeMap<String, String>,
    pub body: Option<String>,
    pub expect_status: ExpectStatus,
}

/// Methods that a request may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
    Options,
}

impl Method {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
        }
    }
}

impl std::str::FromStr for Method {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [
            Self::Get,
            Self::Head,
            Self::Post,
            Self::Put,
            Self::Patch,
            Self::Delete,
            Self::Options,
        ]
        .into_iter()
        .find(|method| method.as_str() == text)
        .ok_or("must be one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")
    }
}

/// The status codes that make a request a success: codes and ranges, as in `"200-399"` or `"200,201,404"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectStatus(Vec<(u16, u16)>);

impl ExpectStatus {
    /// Inclusive ranges, in the order they were given.
    pub fn ranges(&self) -> &[(u16, u16)] {
        &self.0
    }

    pub fn contains(&self, status: u16) -> bool {
        self.0.iter().any(|(from, to)| (*from..=*to).contains(&status))
    }
}

impl Default for ExpectStatus {
    fn default() -> Self {
        Self(vec![(200, 399)])
    }
}

impl std::str::FromStr for ExpectStatus {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "must be status codes or ranges of them, such as 200-399 or 200,404";
        let code = |text: &str| match text.parse::<u16>() {
            Ok(code) if text.len() == 3 && (100..=599).contains(&code) => Ok(code),
            _ => Err(WRONG),
        };
        let range = |part: &str| {
            let (from, to) = part.split_once('-').unwrap_or((part, part));
            let (from, to) = (code(from.trim())?, code(to.trim())?);
            if from <= to { Ok((from, to)) } else { Err(WRONG) }
        };
        let ranges: Vec<_> = text
            .split(',')
            .map(|part| range(part.trim()))
            .collect::<Result<_, _>>()?;
        if ranges.len() > 20 {
            Err("must have at most 20 ranges")
        } else {
            Ok(Self(ranges))
        }
    }
}

impl std::fmt::Display for ExpectStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, (from, to)) in self.0.iter().enumerate() {
            let comma = if i > 0 { "," } else { "" };
            if from == to {
                write!(f, "{comma}{from}")?;
            } else {
                write!(f, "{comma}{from}-{to}")?;
            }
        }
        Ok(())
    }
}

as_string!(
    ExpectStatus,
    "^[1-5][0-9]{2}(-[1-5][0-9]{2})?(,[1-5][0-9]{2}(-[1-5][0-9]{2})?)*$",
    "200-399"
);

/// A script of the user's: one plan, or an archive with the plan, its data and its plugins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Script {
    pub engine: Engine,
    pub script_id: ScriptId,
    /// The plan within the archive; may be left out when there is exactly one.
    pub entry: Option<String>,
    /// Read in the plan with `${__P(name)}`.
    pub properties: BTreeMap<String, String>,
    /// Java system properties (`-D`).
    pub system_properties: BTreeMap<String, String>,
}

impl Workload {
    pub fn engine(&self) -> Engine {
        match self {
            Self::Http(http) => http.engine,
            Self::Script(script) => script.engine,
        }
    }

    pub(crate) fn read(node: &Node<'_>) -> Option<Self> {
        let fields = node.object()?;
        let kind = fields.required("kind", |node| node.line(1..=20))?;
        let workload = match kind.as_str() {
            "http" => Http::read(&fields).map(Self::Http),
            "script" => Script::read(&fields).map(Self::Script),
            _ => {
                return fields.problem(
                    "kind",
                    crate::said!("NOT_WORKLOAD_KIND", "must be http or script"),
                );
            }
        };
        fields.finish();
        workload
    }
}

fn engine(fields: &Fields<'_>) -> Option<Engine> {
    fields.or("engine", Engine::Jmeter, |node| match node.value().as_str() {
        Some("jmeter") => Some(Engine::Jmeter),
        _ => node.problem(crate::said!("NOT_ENGINE", "must be jmeter")),
    })
}

impl Http {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let engine = engine(fields);
        let requests = fields.required("requests", |node| node.list(1..=100, Request::read));
        let longest = Duration::from_secs(600);
        let timeout = fields.or("timeout", Duration::from_secs(30), |node| {
            node.duration(Duration::from_ms(1)..=longest)
        });
        let follow_redirects = fields.or("followRedirects", false, Node::boolean);
        let think_time = fields.or("thinkTime", Duration::from_secs(1), |node| {
            node.duration(Duration::ZERO..=longest)
        });
        Some(Self {
            engine: engine?,
            requests: requests?,
            timeout: timeout?,
            follow_redirects: follow_redirects?,
            think_time: think_time?,
        })
    }
}

impl Request {
    fn read(node: &Node<'_>) -> Option<Self> {
        let fields = node.object()?;
        let label = fields.optional("label", |node| node.line(1..=255));
        let method = fields.or("method", Method::Get, |node| node.parsed_as("NOT_METHOD"));
        let url = fields.required("url", url);
        let headers = fields.or("headers", BTreeMap::new(), headers);
        let body = fields.optional("body", |node| node.text(0..=100_000));
        let expect_status = fields.or("expectStatus", ExpectStatus::default(), |node| {
            match node
                .value()
                .as_u64()
                .and_then(|code| code.to_string().parse().ok())
            {
                Some(status) => Some(status),
                None => node.parsed_as("NOT_STATUS_CODES"),
            }
        });
        fields.finish();
        let (method, url) = (method?, url?);
        let label = label?.unwrap_or_else(|| {
            format!("{} {}", method.as_str(), path_of(&url))
                .chars()
                .take(255)
                .collect()
        });
        Some(Self {
            label,
            method,
            url,
            headers: headers?,
            body: body?,
            expect_status: expect_status?,
        })
    }
}

fn url(node: &Node<'_>) -> Option<String> {
    let url = node.line(1..=4096)?;
    let rest = url
        .strip_prefix("http://")
        .or_else(|| url.strip_prefix("https://"));
    let authority = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    match authority {
        Some(authority) if authority.contains('@') => node.problem(crate::said!(
            "URL_WITH_USER",
            "must not carry a user name or password"
        )),
        Some(authority) if is_authority(authority) && !url.contains([' ', '"', '<', '>', '\\', '^', '`']) => {
            Some(url)
        }
        _ => node.problem(crate::said!("NOT_URL", "must be an absolute http or https URL")),
    }
}

fn is_authority(authority: &str) -> bool {
    let (host, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, port)) => {
            if host.parse::<std::net::Ipv6Addr>().is_err() {
                return false;
            }
            (
                host,
                port.strip_prefix(':')
                    .or(if port.is_empty() { None } else { Some("") }),
            )
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    let host_is_valid = !host.is_empty() && !host.contains(char::is_whitespace);
    host_is_valid && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0))
}

fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.find(['/', '?', '#']).map_or("/", |at| &rest[at..]);
    path.split(['?', '#'])
        .next()
        .filter(|path| !path.is_empty())
        .unwrap_or("/")
}

fn headers(node: &Node<'_>) -> Option<BTreeMap<String, String>> {
    let headers = node.text_map(50, 100, 8_000)?;
    for (name, value) in &headers {
        let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        if !name.bytes().all(token) {
            return node.problem(crate::said!("NOT_HEADER_NAME", "`{}` is not a header name", name));
        }
        if value.contains(['\r', '\n']) {
            return node.problem(crate::said!(
                "HEADER_NOT_ONE_LINE",
                "the value of `{}` must be a single line",
                name
            ));
        }
    }
    Some(headers)
}

/// Names that belong to JMeter's own output or to Oleada: setting them would falsify the results.
const RESERVED: [&str; 5] = [
    "jmeter.save.saveservice.",
    "jmeterengine.",
    "search_paths",
    "user.classpath",
    "oleada.",
];

impl Script {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let engine = engine(fields);
        let script_id = fields.required("scriptId", |node| node.parsed_as("NOT_SCRIPT_ID"));
        let entry = fields.optional("entry", |node| node.line(1..=1024));
        let properties = fields.or("properties", BTreeMap::new(), properties);
        let system_properties = fields.or("systemProperties", BTreeMap::new(), properties_plain);
        let _: Option<_> = fields.optional("secrets", |node| match node.object() {
            Some(_)
                if node
                    .value()
                    .as_object()
                    .is_some_and(|secrets| !secrets.is_empty()) =>
            {
                not_offered(node)
            }
            object => object.map(|_| ()),
        });
        let _: Option<_> = fields.optional("data", |node| match node.value().as_array() {
            Some(data) if data.is_empty() => Some(()),
            Some(_) => not_offered(node),
            None => node.problem(crate::said!("NOT_LIST", "must be a list")),
        });
        Some(Self {
            engine: engine?,
            script_id: script_id?,
            entry: entry?,
            properties: properties?,
            system_properties: system_properties?,
        })
    }
}

fn not_offered(node: &Node<'_>) -> Option<()> {
    node.problem(crate::said!(
        "NOT_OFFERED",
        "must be empty: this is not offered yet"
    ))
}

fn properties_plain(node: &Node<'_>) -> Option<BTreeMap<String, String>> {
    node.text_map(200, 255, 8_000)
}

fn properties(node: &Node<'_>) -> Option<BTreeMap<String, String>> {
    let properties = properties_plain(node)?;
    match properties
        .keys()
        .find(|name| RESERVED.iter().any(|reserved| is_reserved(name, reserved)))
    {
        Some(name) => node.problem(crate::said!(
            "RESERVED",
            "`{}` is reserved: it would change what is measured",
            name
        )),
        None => Some(properties),
    }
}

fn is_reserved(name: &str, reserved: &str) -> bool {
    if reserved.ends_with('.') {
        name.starts_with(reserved)
    } else {
        name == reserved
    }
}
