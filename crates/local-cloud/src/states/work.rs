//! What Task, Parallel and Map have in common: attempts, their input and result, Retry and Catch.

use super::{
    data_flow::check_size,
    definition::{Job, Next, State, Work},
    failure::Failure,
    fan::Lines,
    history::Event,
    interpreter::{Done, Halt, Place, Run},
    journal::{Frame, Phase},
    retry, timestamp,
};

impl Run {
    /// Runs a Task, a Parallel or a Map until it succeeds, is caught, or fails for good.
    pub(super) async fn work(
        &self,
        state: &State,
        job: &Job,
        work: &Work,
        place: &Place,
        frame: &mut Frame,
    ) -> Result<Done, Halt> {
        loop {
            if let Phase::Backoff { until_ms } = frame.phase {
                self.core.clock.sleep_until(timestamp::at(until_ms)).await;
                frame.phase = Phase::Entered;
            }
            match self.attempt(state, job, work, place, frame).await {
                Ok(done) => return Ok(done),
                Err(Halt::Failed { failure, events }) => {
                    if let Some(done) = self.handle(state, work, failure, events, place, frame)? {
                        return Ok(done);
                    }
                }
                Err(halt) => return Err(halt),
            }
        }
    }

    async fn attempt(
        &self,
        state: &State,
        job: &Job,
        work: &Work,
        place: &Place,
        frame: &mut Frame,
    ) -> Result<Done, Halt> {
        let context = self.context(place, frame);
        let input = state.input.apply(frame.input.clone(), &context)?;
        let input = match &work.parameters {
            Some(template) => template.render(self.around(&input, &context))?,
            None => input,
        };
        let (mut events, result) = match job {
            Job::Task { action, timeout } => {
                self.task(action, timeout.as_ref(), input, &context, place, frame)
                    .await?
            }
            Job::Parallel { branches } => self.fan(&Lines::branches(branches, &input), place, frame).await?,
            Job::Map {
                items,
                item_selector,
                processor,
                limit,
            } => {
                let lines = Lines::iterations(
                    processor,
                    items,
                    item_selector.as_ref(),
                    limit.as_ref(),
                    &input,
                    &context,
                );
                self.fan(&lines?, place, frame).await?
            }
        };
        check_size(&frame.state, "result", &result)?;
        let result = match &work.result_selector {
            Some(template) => template.render(self.around(&result, &context))?,
            None => result,
        };
        let output = work.result_path.apply(frame.input.clone(), result)?;
        let output = state.output.apply(output, &context)?;
        events.push(Event::exited(state.type_name(), &frame.state, &output));
        Ok(Done {
            events,
            output,
            next: work.next.clone(),
        })
    }

    /// Lets Retry or Catch handle a failure; none means that the state is to be tried again.
    fn handle(
        &self,
        state: &State,
        work: &Work,
        failure: Failure,
        mut events: Vec<Event>,
        place: &Place,
        frame: &mut Frame,
    ) -> Result<Option<Done>, Halt> {
        if let Some((index, rule)) = retry::retrier(&work.retry, &frame.retries, &failure) {
            frame.retries.resize(work.retry.len(), 0);
            let delay = rule.delay_ms(frame.retries[index], self.core.random.fraction());
            frame.retries[index] += 1;
            frame.phase = Phase::Backoff {
                until_ms: self.core.clock.now_ms() + delay as i64,
            };
            self.record(place, frame, &events, true)?;
            return Ok(None);
        }
        let Some(rule) = retry::catcher(&work.catch, &failure) else {
            return Err(Halt::Failed { failure, events });
        };
        let output = rule.result_path.apply(frame.input.clone(), failure.output())?;
        events.push(Event::exited(state.type_name(), &frame.state, &output));
        Ok(Some(Done {
            events,
            output,
            next: Next::State(rule.next.clone()),
        }))
    }
}
