//! Who hears what: the connected clients and the topic filters that they subscribed to.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use tokio::sync::mpsc;

/// Messages that wait for a client. A client that is further behind is disconnected, as on AWS.
const QUEUE: usize = 256;

/// A message on its way to one client.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub topic: String,
    pub payload: Bytes,
    /// 0 or 1.
    pub qos: u8,
}

/// All clients.
#[derive(Debug, Clone, Default)]
pub(super) struct Topics {
    clients: Arc<Mutex<HashMap<String, Client>>>,
    connections: Arc<AtomicU64>,
}

#[derive(Debug)]
struct Client {
    connection: u64,
    filters: HashMap<String, u8>,
    queue: mpsc::Sender<Message>,
}

/// A client's connection; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Connection {
    topics: Topics,
    client_id: String,
    number: u64,
    queue: mpsc::Receiver<Message>,
}

impl Topics {
    /// Connects a client. An older connection of the same client ends.
    pub fn connect(&self, client_id: &str) -> Connection {
        let (sender, queue) = mpsc::channel(QUEUE);
        let number = self.connections.fetch_add(1, Ordering::Relaxed);
        let client = Client {
            connection: number,
            filters: HashMap::new(),
            queue: sender,
        };
        if self.lock().insert(client_id.to_owned(), client).is_some() {
            tracing::debug!(client_id, "a client connected again; its older connection ends");
        }
        Connection {
            topics: self.clone(),
            client_id: client_id.to_owned(),
            number,
            queue,
        }
    }

    /// Gives a message to every client that subscribed to its topic. Returns to how many.
    pub fn publish(&self, topic: &str, payload: &Bytes, qos: u8) -> usize {
        let mut heard = 0;
        self.lock().retain(|client_id, client| {
            let granted = client
                .filters
                .iter()
                .filter(|(filter, _)| matches(filter, topic))
                .map(|(_, qos)| *qos)
                .max();
            let Some(granted) = granted else { return true };
            let message = Message {
                topic: topic.to_owned(),
                payload: payload.clone(),
                qos: qos.min(granted),
            };
            let taken = client.queue.try_send(message).is_ok();
            if taken {
                heard += 1;
            } else {
                tracing::warn!(client_id, topic, "a client does not keep up and is disconnected");
            }
            taken
        });
        heard
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Client>> {
        self.clients.lock().expect("no holder panics")
    }
}

impl Connection {
    pub fn subscribe(&self, filter: String, qos: u8) {
        self.with(|client| client.filters.insert(filter, qos));
    }

    pub fn unsubscribe(&self, filter: &str) {
        self.with(|client| client.filters.remove(filter));
    }

    /// The next message; `None` once the connection has been ended from the other side.
    pub async fn next(&mut self) -> Option<Message> {
        self.queue.recv().await
    }

    fn with<T>(&self, work: impl FnOnce(&mut Client) -> T) {
        if let Some(client) = self
            .topics
            .lock()
            .get_mut(&self.client_id)
            .filter(|client| client.connection == self.number)
        {
            work(client);
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let mut clients = self.topics.lock();
        if clients
            .get(&self.client_id)
            .is_some_and(|client| client.connection == self.number)
        {
            clients.remove(&self.client_id);
        }
    }
}

/// Whether a topic filter, with `+` for one level and a final `#` for any, matches a topic.
fn matches(filter: &str, topic: &str) -> bool {
    let mut levels = topic.split('/');
    for part in filter.split('/') {
        match (part, levels.next()) {
            ("#", _) => return true,
            ("+", Some(_)) => {}
            (part, Some(level)) if part == level => {}
            _ => return false,
        }
    }
    levels.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn filters() {
        for (filter, topic, expected) in [
            ("a/b", "a/b", true),
            ("a/b", "a/b/c", false),
            ("a/+", "a/b", true),
            ("a/+", "a/b/c", false),
            ("a/+/c", "a/b/c", true),
            ("a/#", "a/b/c", true),
            ("a/#", "a", true),
            ("#", "a/b", true),
            ("a", "b", false),
            ("a/b", "a", false),
        ] {
            assert_eq!(matches(filter, topic), expected, "{filter} {topic}");
        }
    }
}
