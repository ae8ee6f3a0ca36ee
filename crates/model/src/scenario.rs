//! A scenario: what to send, how load develops, and from where.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Duration, Problems,
    criterion::Criterion,
    field::{self, Node},
    shape::Shape,
    traffic::Traffic,
    workload::Workload,
};

/// The largest document, in bytes of JSON: a DynamoDB item holds it, and a run a copy of it.
pub const LARGEST: usize = 256 * 1024;

/// A scenario as a person wrote it, with every default filled in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Scenario {
    #[schema(min_length = 3, max_length = 255)]
    pub name: String,
    #[schema(max_length = 4000)]
    pub description: String,
    #[schema(max_items = 20)]
    pub tags: Vec<String>,
    pub workload: Workload,
    pub shape: Shape,
    #[schema(min_items = 1, max_items = 30)]
    pub traffic: Vec<Traffic>,
    pub worker: WorkerSize,
    pub start: Start,
    pub criteria: Vec<Criterion>,
    /// Whether workers send live figures while they run.
    pub live: bool,
    /// Whether some failed requests are kept with their answers, to be looked at; without credentials.
    #[serde(default = "captures")]
    #[schema(required)]
    pub capture_errors: bool,
}

/// Scenarios that were kept before they could say.
fn captures() -> bool {
    true
}

/// The size of one worker: a Fargate task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkerSize {
    #[schema(minimum = 1, maximum = 16)]
    pub vcpu: u32,
    pub memory_gb: u32,
    /// The share of memory that the engine's heap may take.
    #[schema(minimum = 10, maximum = 80)]
    pub heap_percent: u32,
    pub spot: bool,
}

impl Default for WorkerSize {
    fn default() -> Self {
        Self {
            vcpu: 2,
            memory_gb: 4,
            heap_percent: 60,
            spot: false,
        }
    }
}

/// When a run may start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Start {
    /// The share of planned workers without which the run fails; more than 0, at most 1.
    pub quorum: f64,
    /// How long workers may take to get ready.
    pub timeout: Duration,
}

impl Default for Start {
    fn default() -> Self {
        Self {
            quorum: 1.0,
            timeout: Duration::from_secs(600),
        }
    }
}

impl Start {
    /// The least number of workers, out of those planned, with which a run counts.
    pub fn least(&self, planned: u32) -> u32 {
        // The epsilon keeps 0.7 × 10 from becoming 8.
        ((f64::from(planned) * self.quorum - 1e-9).ceil() as u32).clamp(1, planned.max(1))
    }
}

impl Scenario {
    /// Reads a document that a client sent, with every problem in it.
    pub fn parse(document: &Value) -> Result<Self, Problems> {
        field::read(document, Self::read)
    }

    /// The planned workers of all regions.
    pub fn workers(&self) -> u32 {
        self.traffic.iter().map(|traffic| traffic.workers).sum()
    }

    fn read(node: &Node<'_>) -> Option<Self> {
        let fields = node.object()?;
        let name = fields.required("name", |node| node.line(3..=255));
        let description = fields.or("description", String::new(), |node| node.text(0..=4_000));
        let tags = fields.or("tags", Vec::new(), |node| {
            node.list(0..=20, |tag| tag.line(1..=50))
        });
        let workload = fields.required("workload", Workload::read);
        let shape = fields.required("shape", Shape::read);
        // By the kind as it is written: the users are checked even where the shape itself is wrong.
        let wants_users = match node.value().pointer("/shape/kind").and_then(Value::as_str) {
            Some("users") => Some(true),
            Some("script") => Some(false),
            _ => None,
        };
        let traffic = fields.required("traffic", |node| {
            let traffic = node.list(1..=30, |item| Traffic::read(item, wants_users))?;
            let repeated =
                (1..traffic.len()).find(|i| traffic[..*i].iter().any(|t| t.region == traffic[*i].region));
            match repeated {
                Some(i) => node.problem(crate::said!("NAMED_TWICE", "names {} twice", traffic[i].region)),
                None => Some(traffic),
            }
        });
        let worker = fields.or("worker", WorkerSize::default(), WorkerSize::read);
        let start = fields.or("start", Start::default(), Start::read);
        // Which labels a script has is known when it runs.
        let labels: Option<Vec<&str>> = match &workload {
            Some(Workload::Http(http)) => Some(
                http.requests
                    .iter()
                    .map(|request| request.label.as_str())
                    .collect(),
            ),
            _ => None,
        };
        let criteria = fields.or("criteria", Vec::new(), |node| {
            node.list(0..=50, |item| Criterion::read(item, labels.as_deref()))
        });
        let live = fields.or("live", true, Node::boolean);
        let capture_errors = fields.or("captureErrors", captures(), Node::boolean);
        if let (Some(Workload::Http(_)), Some(Shape::Script(_))) = (&workload, &shape) {
            return fields.problem(
                "shape",
                crate::said!(
                    "NO_GROUPS",
                    "must be of kind users: listed requests have no thread groups of their own"
                ),
            );
        }
        if node.value().to_string().len() > LARGEST {
            return node.problem(crate::said!(
                "TOO_MANY_BYTES",
                "must be at most {} bytes of JSON",
                LARGEST
            ));
        }
        fields.finish();
        Some(Self {
            name: name?,
            description: description?,
            tags: tags?,
            workload: workload?,
            shape: shape?,
            traffic: traffic?,
            worker: worker?,
            start: start?,
            criteria: criteria?,
            live: live?,
            capture_errors: capture_errors?,
        })
    }
}

impl WorkerSize {
    /// Fargate's own sizes: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html>
    fn read(node: &Node<'_>) -> Option<Self> {
        let fields = node.object()?;
        let default = Self::default();
        let vcpu = fields.or("vcpu", u64::from(default.vcpu), |node| {
            match node.integer(1..=16)? {
                vcpu if vcpu.is_power_of_two() => Some(vcpu),
                _ => node.problem(crate::said!("NOT_VCPU", "must be 1, 2, 4, 8 or 16")),
            }
        });
        let sizes = match vcpu {
            Some(1) => (2, 8, 1),
            Some(2) => (4, 16, 1),
            Some(4) => (8, 30, 1),
            Some(8) => (16, 60, 4),
            Some(16) => (32, 120, 8),
            _ => (2, 120, 1),
        };
        let memory_gb = fields.or("memoryGb", sizes.0, |node| {
            match node.integer(sizes.0..=sizes.1)? {
                memory if (memory - sizes.0) % sizes.2 == 0 => Some(memory),
                _ => node.problem(crate::said!(
                    "NOT_A_STEP",
                    "must grow from {} in steps of {}",
                    sizes.0,
                    sizes.2
                )),
            }
        });
        let heap_percent = fields.or("heapPercent", u64::from(default.heap_percent), |node| {
            node.integer(10..=80)
        });
        let spot = fields.or("spot", default.spot, Node::boolean);
        fields.finish();
        Some(Self {
            vcpu: u32::try_from(vcpu?).ok()?,
            memory_gb: u32::try_from(memory_gb?).ok()?,
            heap_percent: u32::try_from(heap_percent?).ok()?,
            spot: spot?,
        })
    }
}

impl Start {
    fn read(node: &Node<'_>) -> Option<Self> {
        let fields = node.object()?;
        let default = Self::default();
        let quorum = fields.or("quorum", default.quorum, |node| match node.number(0.0..=1.0)? {
            0.0 => node.problem(crate::said!("NOT_ABOVE_ZERO", "must be more than 0")),
            quorum => Some(quorum),
        });
        let (least, most) = (Duration::from_secs(10), Duration::from_secs(3600));
        let timeout = fields.or("timeout", default.timeout, |node| node.duration(least..=most));
        fields.finish();
        Some(Self {
            quorum: quorum?,
            timeout: timeout?,
        })
    }
}
