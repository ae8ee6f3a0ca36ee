package oleada;

import java.io.IOException;

import org.apache.jmeter.engine.util.NoThreadClone;
import org.apache.jmeter.samplers.SampleEvent;
import org.apache.jmeter.samplers.SampleListener;
import org.apache.jmeter.samplers.SampleMonitor;
import org.apache.jmeter.samplers.SampleResult;
import org.apache.jmeter.samplers.Sampler;
import org.apache.jmeter.testelement.AbstractTestElement;
import org.apache.jmeter.testelement.TestStateListener;
import org.apache.jmeter.testelement.ThreadListener;
import org.apache.jmeter.threads.AbstractThreadGroup;
import org.apache.jmeter.threads.JMeterContextService;
import org.apache.jmeter.threads.PostThreadGroup;
import org.apache.jmeter.threads.SetupThreadGroup;
import org.apache.jorphan.util.JMeterStopThreadException;

/**
 * Writes a row for every top-level sample and every transaction, and keeps count of what is in flight.
 *
 * <p>The phase is read from the thread group that runs the sample and a transaction from JMeter's own flag, so that no
 * name and no message can be mistaken for either.
 */
public final class Recorder extends AbstractTestElement
        implements SampleListener, SampleMonitor, TestStateListener, ThreadListener, NoThreadClone {
    private static final long serialVersionUID = 1L;
    private static final String LOAD = "load";

    /** Set in a thread whose next sample was refused: the transaction around it is not complete. */
    private static final ThreadLocal<Boolean> REFUSED = ThreadLocal.withInitial(() -> false);

    private transient Session session;

    @Override
    public void testStarted() {
        try {
            session = Session.open();
        } catch (IOException | RuntimeException e) {
            // Without its worker a load must not start, and JMeter only logs what is thrown here.
            System.err.println("oleada: cannot reach the worker: " + e);
            Runtime.getRuntime().halt(70);
        }
    }

    @Override
    public void testStarted(String host) {
        testStarted();
    }

    @Override
    public void testEnded() {
        session.finished();
    }

    @Override
    public void testEnded(String host) {
        testEnded();
    }

    /** Puts the thread's first sample off, so that the ramps of several workers interlock. */
    @Override
    public void threadStarted() {
        AbstractThreadGroup group = JMeterContextService.getContext().getThreadGroup();
        long offset = group.getPropertyAsLong("Oleada.offset", 0);
        try {
            if (offset > 0) {
                Thread.sleep(offset);
            }
        } catch (InterruptedException e) {
            // The test is being stopped: the thread sees that by itself.
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void threadFinished() {
        // Nothing is kept for a thread.
    }

    @Override
    public void sampleStarting(Sampler sampler) {
        if (inLoad() && !session.sampleStarts()) {
            REFUSED.set(true);
            throw new JMeterStopThreadException("the load has ended");
        }
    }

    @Override
    public void sampleEnded(Sampler sampler) {
        if (inLoad()) {
            session.sampleEnded();
        }
    }

    @Override
    public void sampleOccurred(SampleEvent event) {
        SampleResult result = event.getResult();
        String kind = kind(result, event.isTransactionSampleEvent());
        session.rows().write(Row.of(result, kind));
        Exchanges exchanges = session.exchanges();
        if (exchanges != null) {
            exchanges.offer(result, kind);
        }
    }

    /** What the row counts as; {@code own} and {@code interrupted} are no requests. */
    private String kind(SampleResult result, boolean transaction) {
        String phase = phase();
        if (!phase.equals(LOAD)) {
            return transaction ? "own" : phase;
        }
        if (transaction) {
            return isIncomplete(result) ? "own" : "transaction";
        }
        return session.countIfCut(result.getEndTime()) ? "interrupted" : "request";
    }

    /** JMeter ends the transaction of a stopped thread as if the samples that were left out had been no part of it. */
    private boolean isIncomplete(SampleResult result) {
        return REFUSED.get() || session.isHalted(result.getEndTime());
    }

    @Override
    public void sampleStarted(SampleEvent event) {
        // JMeter never calls it; sampleStarting is what tells of a start.
    }

    @Override
    public void sampleStopped(SampleEvent event) {
        // As sampleStarted.
    }

    private static boolean inLoad() {
        return phase().equals(LOAD);
    }

    private static String phase() {
        AbstractThreadGroup group = JMeterContextService.getContext().getThreadGroup();
        if (group instanceof SetupThreadGroup) {
            return "setup";
        }
        return group instanceof PostThreadGroup ? "teardown" : LOAD;
    }
}
