package oleada;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import org.apache.jmeter.engine.StandardJMeterEngine;
import org.apache.jmeter.threads.JMeterContextService;
import org.apache.jmeter.util.JMeterUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one test of this JVM: its connection to the worker, its rows, and how far it has come.
 *
 * <p>The worker owns the start and the end of the load. {@link Control} brings its commands here; {@link Gate},
 * {@link Recorder} and {@link LoadEnd}, which JMeter calls, ask here what to do.
 */
final class Session {
    /** Time for tearDown groups after a worker has gone, in milliseconds; then the JVM is halted. */
    private static final long ORPHAN_LIMIT_MS = 30_000;
    /** Between two looks at the clock and at whether the worker called the start off. */
    private static final long LONGEST_PARK_NANOS = 50_000_000;
    /** JMeter takes milliseconds to begin with a stop. */
    private static final long LONGEST_STOP_MS = 5_000;
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);
    private static Session current;

    private final Control control;
    private final Rows rows;
    /** Null when none are kept. */
    private final Exchanges exchanges;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger interrupted = new AtomicInteger();
    /** Open once JMeter, on its way to stop, has told the groups of the load. */
    private final CountDownLatch told = new CountDownLatch(1);
    /** Set once, when no sample of the load may start any more. */
    private volatile boolean stopping;
    /** When the threads were interrupted, in epoch milliseconds; {@link Long#MAX_VALUE} until then. */
    private volatile long haltAt = Long.MAX_VALUE;
    /** The same if samples were in flight then. A row that is merely on its way to {@link Rows} is not cut. */
    private volatile long cutAt = Long.MAX_VALUE;
    /** Null during setUp. Later the static way to it is not enough: JMeter forgets the engine at the first stop. */
    private volatile StandardJMeterEngine engine;
    private volatile boolean ready;
    private volatile boolean loadEnded;
    /** Guarded by this. */
    private long startAt = -1;
    /** Guarded by this: monotonic nanoseconds; null until the worker said stop. */
    private Long drainUntil;

    private Session(Control control, Rows rows, Exchanges exchanges) {
        this.control = control;
        this.rows = rows;
        this.exchanges = exchanges;
    }

    /**
     * Opens the session that the properties {@code oleada.control}, {@code oleada.token}, {@code oleada.rows} describe, and
     * {@code oleada.exchanges} with {@code oleada.exchanges.of} if exchanges are to be kept.
     */
    static synchronized Session open() throws IOException {
        Rows rows = new Rows(Path.of(required("oleada.rows")));
        String file = JMeterUtils.getPropDefault("oleada.exchanges", "");
        Exchanges exchanges = file.isEmpty() ? null
                : new Exchanges(Path.of(file), required("oleada.exchanges.of").equals("all"));
        Control control = new Control(required("oleada.control"), required("oleada.token"));
        Session session = new Session(control, rows, exchanges);
        current = session;
        rows.onFailure(message -> session.control.send("error " + message));
        session.control.listen(session::obey, session::orphaned);
        // JMeter exits by System.exit when a thread cannot be stopped: say then what was still in flight.
        Runtime.getRuntime().addShutdownHook(new Thread(session::exiting, "oleada-exit"));
        return session;
    }

    static synchronized Session current() {
        if (current == null) {
            throw new IllegalStateException("the recorder has not been started");
        }
        return current;
    }

    Rows rows() {
        return rows;
    }

    Exchanges exchanges() {
        return exchanges;
    }

    /** True when the sample may start. Every true is followed by {@link #sampleEnded}. */
    boolean sampleStarts() {
        // Counted first: whoever sees zero in flight after `stopping` was set can be sure that nothing starts.
        inFlight.incrementAndGet();
        if (stopping) {
            sampleEnded();
            if (inFlight.get() == 0) {
                awaitTold();
            }
            return false;
        }
        return true;
    }

    /**
     * Keeps a thread that has nothing more to do until JMeter has told it to stop. JMeter stops in a thread of its own: where
     * the load came to its end before that, the tearDown groups would be what is told, or would not be started.
     */
    private void awaitTold() {
        try {
            if (!told.await(LONGEST_STOP_MS, TimeUnit.MILLISECONDS)) {
                LOG.warn("the engine does not stop");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** JMeter does not start load groups any more, and is about to tell each of them, in the order of their start, to stop. */
    void toldToStop() {
        told.countDown();
    }

    void sampleEnded() {
        inFlight.decrementAndGet();
    }

    /**
     * Whether a sample that ended at this time, in epoch milliseconds, still ran when what still ran was cut. To be asked
     * once a sample, because it counts.
     */
    boolean countIfCut(long endTime) {
        boolean isCut = endTime >= cutAt;
        if (isCut) {
            interrupted.incrementAndGet();
        }
        return isCut;
    }

    /** Whether this time, in epoch milliseconds, lies after all threads were told to end. */
    boolean isHalted(long time) {
        return time >= haltAt;
    }

    /** Reports ready and waits for the start instant. Returns whether the load is to start. */
    boolean awaitStart(StandardJMeterEngine engine) throws InterruptedException {
        this.engine = engine;
        // What is linked after the instant, the first request waits for: a lambda or a `+` of strings takes a JVM some ten
        // milliseconds when it comes there for the first time.
        Thread reporter = new Thread(this::reportThreads, "oleada-threads");
        reporter.setDaemon(true);
        ready = true;
        control.send("ready");
        long at;
        synchronized (this) {
            while (startAt < 0 && !stopping) {
                wait();
            }
            at = startAt;
        }
        // Parked to the end: a park ends late by some 0.1 ms, and a thread that spun would take a processor from the
        // worker beside it, which starts at the same instant.
        long remaining = nanosUntil(at);
        while (remaining > 0 && !stopping) {
            LockSupport.parkNanos(this, Math.min(remaining, LONGEST_PARK_NANOS));
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            remaining = nanosUntil(at);
        }
        if (stopping) {
            return false;
        }
        control.send("opened ".concat(Long.toString(System.currentTimeMillis())));
        reporter.start();
        return true;
    }

    /** Every load group has ended; tearDown groups come next. */
    void loadEnded() {
        loadEnded = true;
        rows.flush();
        control.send("ended " + (interrupted.get() + inFlight.get()));
    }

    /** The test is over, tearDown included. */
    void finished() {
        rows.close();
        if (exchanges != null) {
            exchanges.close();
        }
        control.send(ready ? "finished" : "setup-failed");
    }

    /** By the wall clock, which may be set meanwhile. */
    private static long nanosUntil(long epochMs) {
        return Duration.between(Instant.now(), Instant.ofEpochMilli(epochMs)).toNanos();
    }

    private void obey(String line) {
        String[] words = line.split(" ");
        switch (words[0]) {
            case "start" -> {
                synchronized (this) {
                    startAt = Long.parseLong(words[1]);
                    notifyAll();
                }
            }
            case "stop" -> stop(Long.parseLong(words[1]));
            default -> LOG.warn("the worker sent an unknown command: {}", line);
        }
    }

    /** No new sample from now on; what still runs after {@code drainMs} is cut. A later call may only shorten the drain. */
    private synchronized void stop(long drainMs) {
        long until = System.nanoTime() + drainMs * 1_000_000;
        boolean first = drainUntil == null;
        drainUntil = first ? until : Long.valueOf(Math.min(drainUntil, until));
        stopping = true;
        notifyAll();
        if (first) {
            Thread drain = new Thread(this::drain, "oleada-drain");
            drain.setDaemon(true);
            drain.start();
        }
    }

    private void drain() {
        try {
            synchronized (this) {
                long left = drainUntil - System.nanoTime();
                while (ready && left > 0 && inFlight.get() > 0) {
                    wait(Math.max(1, Math.min(left / 1_000_000, 5)));
                    left = drainUntil - System.nanoTime();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        long now = System.currentTimeMillis();
        int running = inFlight.get();
        haltAt = now;
        if (running > 0) {
            cutAt = now;
        }
        control.send("cut " + now + " " + running);
        // Also with nothing in flight: threads that sleep in a timer would otherwise sleep it out.
        StandardJMeterEngine known = engine;
        if (known == null) {
            StandardJMeterEngine.stopEngineNow();
        } else {
            known.stopTest(true);
        }
    }

    private void reportThreads() {
        try {
            while (!loadEnded) {
                control.send("threads " + JMeterContextService.getNumberOfThreads());
                Thread.sleep(1000);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The worker is gone: nobody wants this load any more. */
    private void orphaned() {
        LOG.error("the worker has gone; stopping the load");
        stop(0);
        Thread watchdog = new Thread(() -> {
            try {
                Thread.sleep(ORPHAN_LIMIT_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            Runtime.getRuntime().halt(3);
        }, "oleada-orphan");
        watchdog.setDaemon(true);
        watchdog.start();
    }

    private void exiting() {
        rows.flush();
        if (ready && !loadEnded) {
            loadEnded = true;
            control.send("ended " + (interrupted.get() + inFlight.get()));
        }
    }

    private static String required(String property) {
        String value = JMeterUtils.getProperty(property);
        if (value == null || value.isEmpty()) {
            throw new IllegalStateException("property " + property + " is missing");
        }
        return value;
    }
}
