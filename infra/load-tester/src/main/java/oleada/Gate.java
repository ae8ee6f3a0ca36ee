package oleada;

import org.apache.jmeter.engine.StandardJMeterEngine;
import org.apache.jmeter.threads.AbstractThreadGroup;
import org.apache.jmeter.threads.JMeterThread;
import org.apache.jmeter.threads.ListenerNotifier;
import org.apache.jorphan.collections.ListedHashTree;

/**
 * The first thread group of the executed copy: a group without threads whose start waits for the start instant.
 *
 * <p>JMeter starts load groups one after the other, in the engine's own thread, when every setUp group has ended. So
 * this is exactly the place where a worker is ready, and the other groups start when this one lets go.
 */
public final class Gate extends AbstractThreadGroup {
    private static final long serialVersionUID = 1L;
    private transient volatile boolean engineStopped;

    @Override
    public void start(int number, ListenerNotifier notifier, ListedHashTree tree, StandardJMeterEngine engine) {
        try {
            WarmUp.run(engine, notifier);
            if (!Session.current().awaitStart(engine)) {
                awaitEngineStop();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            engine.stopTest(true);
        }
    }

    /** The engine stops in a thread of its own; were this to return before, it would go on to the load groups. */
    private synchronized void awaitEngineStop() throws InterruptedException {
        while (!engineStopped) {
            wait();
        }
    }

    @Override
    public void tellThreadsToStop() {
        synchronized (this) {
            engineStopped = true;
            notifyAll();
        }
        Session.current().toldToStop();
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
