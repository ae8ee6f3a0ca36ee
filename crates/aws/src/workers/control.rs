//! The control item of a region: what its workers must know, under index −1.

use model::{
    Region, RunId, Timestamp,
    control::{Control, Released, Stop},
};

use super::{LIFE, Workers, key};
use crate::{
    Error,
    error::sorted,
    expression::Update,
    item::{Item, Reader, json, number, text},
};

const CONTROL: i64 = -1;

impl Workers {
    /// What the region's workers must know, as it is now; nothing yet when nobody wrote it.
    pub async fn control(&self, run_id: RunId, region: &Region) -> Result<Control, Error> {
        let get = self
            .client
            .get_item()
            .table_name(self.table())
            .set_key(Some(key(run_id, region, CONTROL)))
            .consistent_read(true);
        read(&get.send().await.map_err(sorted)?.item.unwrap_or_default())
    }

    /// Moves the lease, and so tells the workers that somebody watches. Answers the item, which saves a read.
    pub async fn renew_lease(
        &self,
        run_id: RunId,
        region: &Region,
        now: Timestamp,
    ) -> Result<Control, Error> {
        let update = Update::new().add("lease", number(1)).set("renewedAt", text(now));
        self.control_update(run_id, region, update, now).await
    }

    /// Says that Launch and AwaitReady are through with this region: nobody there will become ready any more, or all are.
    pub async fn settle(&self, run_id: RunId, region: &Region, now: Timestamp) -> Result<Control, Error> {
        self.control_update(
            run_id,
            region,
            Update::new().set_once("settledAt", text(now)),
            now,
        )
        .await
    }

    /// Opens the gates of the released at `start_at`. The first word counts: a repeated call gets what was said before,
    /// and after a stop nothing is released.
    pub async fn release(
        &self,
        run_id: RunId,
        region: &Region,
        start_at: Timestamp,
        released: &Released,
        now: Timestamp,
    ) -> Result<Control, Error> {
        let update = Update::new()
            .set("startAt", text(start_at))
            .set("released", json(released))
            .when_absent("startAt")
            .when_absent("stop");
        match self.control_update(run_id, region, update, now).await {
            Err(Error::Conflict(_)) => self.control(run_id, region).await,
            outcome => outcome,
        }
    }

    /// Ends the load, or keeps it from starting. The first word counts; it may come before the run was planned.
    pub async fn stop(&self, run_id: RunId, region: &Region, stop: &Stop) -> Result<Control, Error> {
        self.control_update(
            run_id,
            region,
            Update::new().set_once("stop", json(stop)),
            stop.at,
        )
        .await
    }

    async fn control_update(
        &self,
        run_id: RunId,
        region: &Region,
        update: Update,
        now: Timestamp,
    ) -> Result<Control, Error> {
        let update = update.set_once("expiresAt", number(now.plus(LIFE).as_ms() / 1_000));
        read(
            &update
                .send(&self.client, self.table(), key(run_id, region, CONTROL))
                .await?,
        )
    }
}

fn read(item: &Item) -> Result<Control, Error> {
    let read = Reader::new("a control item", item);
    Ok(Control {
        released: read.optional_json("released")?,
        start_at: read.optional_parsed("startAt")?,
        lease: read.optional_number("lease")?.unwrap_or(0),
        renewed_at: read.optional_parsed("renewedAt")?,
        settled_at: read.optional_parsed("settledAt")?,
        stop: read.optional_json("stop")?,
    })
}
