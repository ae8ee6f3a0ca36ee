//! ECS with the quotas of Fargate and nothing behind it: a task is a record, and a word to whoever plays its worker.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/throttling.html>

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
};

use http::Response;
use local_cloud::call::{self, Body, Call, Error};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use tokio::{sync::mpsc::UnboundedSender, time::Instant};

/// Tasks that may be launched at once, and tasks more in every second.
pub const LAUNCH_BURST: f64 = 100.0;
pub const LAUNCHES_PER_SECOND: f64 = 20.0;
/// RunTask calls, at once and in every second.
const CALLS_PER_SECOND: f64 = 20.0;
/// Tasks in one call, and in one page of a list.
const MOST_A_CALL: usize = 10;
const PAGE: usize = 100;

/// A task that was launched, with what its environment says.
#[derive(Debug, Clone)]
pub struct Started {
    pub arn: String,
    pub environment: HashMap<String, String>,
}

/// What became of the launches of one region.
#[derive(Debug, Clone, Default)]
pub struct Launches {
    /// When each task was launched.
    pub at: Vec<Instant>,
    /// Tasks that found no room; each has used up a launch.
    pub homeless: usize,
    /// RunTask calls that were too many, or for too many tasks.
    pub throttled: usize,
    pub calls: usize,
}

/// Clones are the same fleet.
#[derive(Debug, Clone)]
pub struct Fleet(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    regions: BTreeMap<String, Region>,
    /// The share of launches that find no room.
    homeless: f64,
    random: StdRng,
    started: UnboundedSender<Started>,
}

#[derive(Debug)]
struct Region {
    launches: Bucket,
    calls: Bucket,
    /// By ARN.
    tasks: BTreeMap<String, Task>,
    /// Answers by client token.
    answers: HashMap<String, Value>,
    came_to: Launches,
}

#[derive(Debug)]
struct Task {
    started_by: String,
    stopped: Option<String>,
}

/// Holds up to `most` tokens; `rate` more come in a second.
#[derive(Debug)]
struct Bucket {
    tokens: f64,
    most: f64,
    rate: f64,
    at: Instant,
}

impl Fleet {
    /// `homeless` is the share of launches that find no room. Whoever plays the workers hears of the rest.
    pub fn new(homeless: f64, seed: u64, started: UnboundedSender<Started>) -> Self {
        Self(Arc::new(Mutex::new(State {
            regions: BTreeMap::new(),
            homeless,
            random: StdRng::seed_from_u64(seed),
            started,
        })))
    }

    pub fn call(&self, call: &Call) -> Response<Body> {
        let mut state = self.0.lock().unwrap();
        call::json(call.input::<Value>().and_then(|input| match call.operation() {
            "RunTask" => state.run_task(&call.region, &input),
            "StopTask" => Ok(state.stop_task(&call.region, &input)),
            "ListTasks" => Ok(state.list_tasks(&call.region, &input)),
            "DescribeTasks" => Ok(state.describe_tasks(&call.region, &input)),
            operation => Err(Error::unknown_operation("ecs", operation)),
        }))
    }

    /// The worker in a task has exited.
    pub fn exited(&self, region: &str, arn: &str) {
        let mut state = self.0.lock().unwrap();
        let task = state.region(region).tasks.get_mut(arn).expect("it was launched");
        task.stopped
            .get_or_insert_with(|| "Essential container in task exited".to_owned());
    }

    pub fn launches(&self) -> BTreeMap<String, Launches> {
        let state = self.0.lock().unwrap();
        let of_regions = state.regions.iter();
        of_regions
            .map(|(name, region)| (name.clone(), region.came_to.clone()))
            .collect()
    }

    pub fn running(&self) -> usize {
        let state = self.0.lock().unwrap();
        let tasks = state.regions.values().flat_map(|region| region.tasks.values());
        tasks.filter(|task| task.stopped.is_none()).count()
    }
}

impl State {
    fn region(&mut self, name: &str) -> &mut Region {
        self.regions.entry(name.to_owned()).or_insert_with(|| Region {
            launches: Bucket::new(LAUNCH_BURST, LAUNCHES_PER_SECOND),
            calls: Bucket::new(CALLS_PER_SECOND, CALLS_PER_SECOND),
            tasks: BTreeMap::new(),
            answers: HashMap::new(),
            came_to: Launches::default(),
        })
    }

    fn run_task(&mut self, region_name: &str, input: &Value) -> Result<Value, Error> {
        let count = usize::try_from(input["count"].as_u64().unwrap_or(1)).unwrap();
        assert!((1..=MOST_A_CALL).contains(&count), "{count} tasks in one call");
        let token = input["clientToken"].as_str().expect("a client token").to_owned();
        let region = self.region(region_name);
        region.came_to.calls += 1;
        if !region.calls.take(1.0) {
            region.came_to.throttled += 1;
            return Err(throttled());
        }
        if let Some(answer) = region.answers.get(&token) {
            return Ok(answer.clone());
        }
        if !region.launches.take(count as f64) {
            region.came_to.throttled += 1;
            return Err(throttled());
        }
        let environment: HashMap<String, String> = input["overrides"]["containerOverrides"][0]["environment"]
            .as_array()
            .expect("the environment of the task")
            .iter()
            .map(|variable| (text(&variable["name"]), text(&variable["value"])))
            .collect();
        let (mut tasks, mut failures) = (Vec::new(), Vec::new());
        for _ in 0..count {
            if self.random.random_bool(self.homeless) {
                let reason = "Capacity is unavailable at this time. Please try again later or in a different availability zone";
                failures.push(json!({"reason": reason}));
                self.region(region_name).came_to.homeless += 1;
                continue;
            }
            let id = format!("{:032x}", self.random.random::<u128>());
            let arn = format!("arn:aws:ecs:{region_name}:000000000000:task/workers/{id}");
            let task = Task {
                started_by: text(&input["startedBy"]),
                stopped: None,
            };
            let region = self.region(region_name);
            region.came_to.at.push(Instant::now());
            region.tasks.insert(arn.clone(), task);
            tasks.push(json!({"taskArn": arn, "lastStatus": "PROVISIONING"}));
            let started = Started {
                arn,
                environment: environment.clone(),
            };
            self.started.send(started).expect("somebody plays the workers");
        }
        let answer = json!({"tasks": tasks, "failures": failures});
        // Where nothing was launched, the same token is a new request.
        if !tasks.is_empty() {
            self.region(region_name).answers.insert(token, answer.clone());
        }
        Ok(answer)
    }

    fn stop_task(&mut self, region: &str, input: &Value) -> Value {
        let task = self.region(region).tasks.get_mut(input["task"].as_str().unwrap());
        let task = task.expect("it was launched");
        task.stopped.get_or_insert_with(|| text(&input["reason"]));
        json!({"task": {}})
    }

    fn list_tasks(&mut self, region: &str, input: &Value) -> Value {
        let after = input["nextToken"].as_str().unwrap_or_default().to_owned();
        let started_by = input["startedBy"].as_str();
        let stopped = input["desiredStatus"] == "STOPPED";
        let found = self.region(region).tasks.iter().filter(|(arn, task)| {
            task.stopped.is_some() == stopped
                && **arn > after
                && started_by.is_none_or(|started_by| task.started_by == started_by)
        });
        let mut arns: Vec<&String> = found.map(|(arn, _)| arn).take(PAGE + 1).collect();
        let is_last = arns.len() <= PAGE;
        arns.truncate(PAGE);
        let mut answer = json!({"taskArns": arns});
        if !is_last {
            answer["nextToken"] = json!(arns.last());
        }
        answer
    }

    fn describe_tasks(&mut self, region: &str, input: &Value) -> Value {
        let asked = input["tasks"].as_array().unwrap();
        assert!(asked.len() <= PAGE, "{} tasks in one question", asked.len());
        let known = &self.region(region).tasks;
        let found = asked
            .iter()
            .filter_map(|arn| Some((arn, known.get(arn.as_str()?)?)));
        let tasks: Vec<Value> = found
            .map(|(arn, task)| match &task.stopped {
                None => json!({"taskArn": arn, "lastStatus": "RUNNING"}),
                Some(reason) => json!({"taskArn": arn, "lastStatus": "STOPPED", "stoppedReason": reason,
                    "containers": [{"exitCode": 0}]}),
            })
            .collect();
        json!({"tasks": tasks, "failures": []})
    }
}

impl Bucket {
    fn new(most: f64, rate: f64) -> Self {
        Self {
            tokens: most,
            most,
            rate,
            at: Instant::now(),
        }
    }

    /// Whether so many tokens were there; then they are gone.
    fn take(&mut self, wanted: f64) -> bool {
        let now = Instant::now();
        let fresh = now.duration_since(self.at).as_secs_f64() * self.rate;
        self.tokens = (self.tokens + fresh).min(self.most);
        self.at = now;
        let there = self.tokens >= wanted;
        if there {
            self.tokens -= wanted;
        }
        there
    }
}

fn throttled() -> Error {
    Error::new("ThrottlingException", "Rate exceeded")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
