package oleada;

import java.net.URL;

import org.apache.jmeter.engine.StandardJMeterEngine;
import org.apache.jmeter.protocol.http.sampler.HTTPSamplerFactory;
import org.apache.jmeter.protocol.http.sampler.HTTPSamplerBase;
import org.apache.jmeter.samplers.SampleResult;
import org.apache.jmeter.threads.AbstractThreadGroup;
import org.apache.jmeter.threads.JMeterThread;
import org.apache.jmeter.threads.ListenerNotifier;
import org.apache.jmeter.util.JMeterUtils;
import org.apache.jorphan.collections.ListedHashTree;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first thread group of the executed copy: a group without threads whose start waits for the start instant.
 *
 * <p>JMeter starts load groups one after the other, in the engine's own thread, when every setUp group has ended. So
 * this is exactly the place where a worker is ready, and the other groups start when this one lets go.
 */
public final class Gate extends AbstractThreadGroup {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(Gate.class);
    /** Warm-up ends at whichever comes first. */
    private static final int WARM_UP_SAMPLES = 300;
    private static final long WARM_UP_NANOS = 1_500_000_000L;

    private transient volatile boolean engineStopped;

    @Override
    public void start(int number, ListenerNotifier notifier, ListedHashTree tree, StandardJMeterEngine engine) {
        // In a thread of its own: JMeter's HTTP clients are inherited by the threads that a thread starts, and the load
        // would share, and close, the connections of the warm-up.
        Thread warmUp = new Thread(Gate::warmUp, "oleada-warm-up");
        warmUp.start();
        try {
            warmUp.join();
            if (!Session.current().awaitStart(engine)) {
                awaitEngineStop();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            engine.stopTest(true);
        }
    }

    /**
     * Sends requests to a listener of the worker's own, so that JMeter's HTTP classes are loaded and compiled before
     * the first request to the target.
     */
    private static void warmUp() {
        String address = JMeterUtils.getPropDefault("oleada.warmup", "");
        if (address.isEmpty()) {
            return;
        }
        try {
            URL url = new URL(address);
            HTTPSamplerBase sampler = HTTPSamplerFactory.newInstance();
            sampler.setName("warm-up");
            sampler.setProtocol(url.getProtocol());
            sampler.setDomain(url.getHost());
            sampler.setPort(url.getPort());
            sampler.setPath(url.getPath());
            sampler.setMethod("GET");
            sampler.setUseKeepAlive(true);
            long end = System.nanoTime() + WARM_UP_NANOS;
            for (int i = 0; i < WARM_UP_SAMPLES && System.nanoTime() < end; i++) {
                SampleResult result = sampler.sample();
                Row.of(result, "own");
                // Or the first failure under load would load its classes.
                Exchange.line(result, "load", Exchange.Size.SMALL);
            }
        } catch (Exception e) {
            // A colder start is worse than a warm one, and better than none.
            LOG.warn("warm-up failed", e);
        }
    }

    /** The engine stops in a thread of its own; were this to return before, it would go on to the load groups. */
    private synchronized void awaitEngineStop() throws InterruptedException {
        while (!engineStopped) {
            wait();
        }
    }

    @Override
    public synchronized void tellThreadsToStop() {
        engineStopped = true;
        notifyAll();
    }

    @Override
    public void stop() {
        tellThreadsToStop();
    }

    @Override
    public int getNumThreads() {
        return 0;
    }

    @Override
    public boolean stopThread(String name, boolean now) {
        return false;
    }

    @Override
    public int numberOfActiveThreads() {
        return 0;
    }

    @Override
    public JMeterThread addNewThread(int delay, StandardJMeterEngine engine) {
        throw new UnsupportedOperationException("the gate has no threads");
    }

    @Override
    public boolean verifyThreadsStopped() {
        return true;
    }

    @Override
    public void waitThreadsStopped() {
        // It has none.
    }

    @Override
    public void threadFinished(JMeterThread thread) {
        // It has none.
    }
}
