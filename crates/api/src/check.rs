//! What the document of a scenario alone does not tell: whether its regions are on offer and its script can run.

use std::collections::BTreeSet;

use aws::objects::keys;
use model::{
    Region, field::Said, run::Warning, said, scenario::Scenario, shape::Shape, traffic::ADVISED_USERS,
    workload::Workload,
};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    App,
    error::internal,
    intake::{self, Answer},
    problem::Problem,
};

/// Refuses a scenario that could not run, with every reason, and answers what a run of it will warn of.
pub(crate) async fn scenario(app: &App, scenario: &Scenario) -> Result<Vec<Warning>, Problem> {
    let mut problems = regions(app, scenario).await?;
    let answer = script(app, scenario).await?;
    problems.extend(answer.problems);
    if problems.is_empty() {
        return Ok(all_warnings(scenario, answer.warnings));
    }
    Err(model::Problems(problems).into())
}

/// What a run of the scenario would warn of, whether it could run or not.
pub(crate) async fn warnings(app: &App, scenario: &Scenario) -> Result<Vec<Warning>, Problem> {
    let answer = script(app, scenario).await?;
    Ok(all_warnings(scenario, answer.warnings))
}

fn all_warnings(scenario: &Scenario, of_script: Vec<Warning>) -> Vec<Warning> {
    let crowded = scenario.traffic.iter().filter_map(|traffic| {
        let each = traffic.virtual_users?.div_ceil(traffic.workers.max(1));
        (u64::from(each) > ADVISED_USERS).then(|| {
            let said = said!(
                "MANY_USERS_ON_WORKER",
                "{}: {} users on a worker, and {} are what a JMeter worker is known to carry well: use more workers",
                traffic.region,
                each,
                ADVISED_USERS
            );
            Warning::new("MANY_USERS", said)
        })
    });
    Warning::few(crowded.chain(of_script).collect())
}

/// What is wrong with the regions that load shall come from.
pub(crate) async fn regions(app: &App, scenario: &Scenario) -> Result<Vec<model::Problem>, Problem> {
    let offered: BTreeSet<Region> = app
        .gateways
        .settings
        .sites()
        .await?
        .into_iter()
        .map(|site| site.region)
        .collect();
    let names: Vec<&str> = offered.iter().map(Region::as_str).collect();
    let missing = scenario
        .traffic
        .iter()
        .enumerate()
        .filter(|(_, traffic)| !offered.contains(&traffic.region));
    Ok(missing
        .map(|(i, _)| {
            let regions = names.join(", ");
            let said = said!(
                "REGION_NOT_OFFERED",
                "is not on offer here; the regions are: {}",
                regions
            );
            model::Problem::new(format!("/traffic/{i}/region"), said)
        })
        .collect())
}

/// What a script is asked: the answer for a script, which never changes, depends on nothing else.
#[derive(Debug, Serialize)]
pub(crate) struct Question<'a> {
    /// The rules may change with the product.
    version: &'static str,
    entry: Option<&'a str>,
    properties: &'a std::collections::BTreeMap<String, String>,
    sets_users: bool,
}

async fn script(app: &App, scenario: &Scenario) -> Result<Answer, Problem> {
    let Workload::Script(script) = &scenario.workload else {
        return Ok(Answer::default());
    };
    let sets_users = matches!(scenario.shape, Shape::Users(_));
    let refused = |said: Said| Ok(Answer::refused("scriptId", said));
    let id = script.script_id;
    let record = match intake::look(app, id).await? {
        intake::Script::Unknown => return refused(said!("NO_SUCH_SCRIPT", "there is no such script")),
        intake::Script::Announced(_) => {
            return refused(said!(
                "NOT_UPLOADED",
                "was announced, and has not been uploaded yet"
            ));
        }
        intake::Script::Taken(_, record) => record,
    };
    if let Some(problem) = &record.problem {
        return refused(problem.clone());
    }
    let question = Question {
        version: env!("CARGO_PKG_VERSION"),
        entry: script.entry.as_deref(),
        properties: &script.properties,
        sets_users,
    };
    let question_bytes = serde_json::to_vec(&question).map_err(|error| internal(&error))?;
    let digest = hex::encode(Sha256::digest(question_bytes));
    let key = format!("{}answers/{digest}.json", keys::script_prefix(id));
    let objects = &app.gateways.objects;
    match objects.get(&key).await {
        Ok(bytes) => return serde_json::from_slice(&bytes).map_err(|error| internal(&error)),
        Err(aws::Error::NotFound(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let answer = intake::ask(app, id, script, sets_users).await?;
    let bytes = serde_json::to_vec(&answer).map_err(|error| internal(&error))?;
    objects.put(&key, bytes).await?;
    Ok(answer)
}
