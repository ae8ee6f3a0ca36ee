package oleada;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** The row file. Rows are on disk at most {@link #FLUSH_MS} milliseconds after their sample, without a system call for each. */
final class Rows {
    private static final long FLUSH_MS = 20;
    private static final int BUFFER = 1 << 18;
    /** Guarded by this. */
    private final OutputStream out;
    /** Guarded by this. */
    private boolean dirty;
    /** Guarded by this. */
    private boolean closed;
    private volatile Consumer<String> failed = message -> { };

    Rows(Path file) throws IOException {
        out = new BufferedOutputStream(Files.newOutputStream(file), BUFFER);
        out.write(Row.HEADER.getBytes(StandardCharsets.UTF_8));
        dirty = true;
        flush();
        Thread flusher = new Thread(this::flushNowAndThen, "oleada-rows");
        flusher.setDaemon(true);
        flusher.start();
    }

    /** Calls {@code consumer} with the reason once rows could not be written. */
    void onFailure(Consumer<String> consumer) {
        failed = consumer;
    }

    void write(String row) {
        byte[] bytes = row.getBytes(StandardCharsets.UTF_8);
        synchronized (this) {
            if (closed) {
                return;
            }
            try {
                out.write(bytes);
                dirty = true;
            } catch (IOException e) {
                fail(e);
            }
        }
    }

    synchronized void flush() {
        if (!dirty || closed) {
            return;
        }
        try {
            out.flush();
            dirty = false;
        } catch (IOException e) {
            fail(e);
        }
    }

    synchronized void close() {
        flush();
        if (closed) {
            return;
        }
        closed = true;
        try {
            out.close();
        } catch (IOException e) {
            fail(e);
        }
    }

    private void fail(IOException e) {
        closed = true;
        failed.accept("rows could not be written: " + e.getMessage());
    }

    private void flushNowAndThen() {
        try {
            while (true) {
                Thread.sleep(FLUSH_MS);
                flush();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
