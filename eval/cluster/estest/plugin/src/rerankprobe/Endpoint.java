package rerankprobe;

import org.elasticsearch.ElasticsearchException;
import org.elasticsearch.ElasticsearchStatusException;
import org.elasticsearch.common.util.concurrent.EsRejectedExecutionException;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.xcontent.ToXContentObject;
import org.elasticsearch.xcontent.XContentBuilder;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** One inference endpoint of task type rerank: its definition, its behaviour and what it has been asked so far. */
final class Endpoint implements ToXContentObject {

    static final String TASK_TYPE = "rerank";

    final String id;
    final Behaviour behaviour;
    final AtomicLong calls = new AtomicLong();
    final AtomicLong documents = new AtomicLong();
    final AtomicLong failures = new AtomicLong();
    private final String service;
    private final Map<String, Object> serviceSettings;
    private final Map<String, Object> taskSettings;
    private final double[] slotFreeAtMs;
    private final AtomicInteger present = new AtomicInteger();

    Endpoint(String id, String service, Map<String, Object> serviceSettings, Map<String, Object> taskSettings) {
        this.id = id;
        this.service = service;
        this.serviceSettings = new TreeMap<>(serviceSettings);
        this.taskSettings = new TreeMap<>(taskSettings);
        this.behaviour = Behaviour.of(serviceSettings, taskSettings);
        this.slotFreeAtMs = new double[Math.max(0, behaviour.concurrency())];
        this.serviceSettings.remove("api_key");
    }

    /** The failure that the call with this number (from 1) meets, or null. */
    RuntimeException failureOfCall(long call) {
        if (behaviour.failStatus() == 0 || call > behaviour.failFirstN()) {
            return null;
        }
        RestStatus status = RestStatus.fromCode(behaviour.failStatus());
        if (status == null) {
            return new IllegalStateException("no such HTTP status: " + behaviour.failStatus());
        }
        return new ElasticsearchStatusException(behaviour.failReason() != null ? behaviour.failReason() : switch (status) {
            case REQUEST_TIMEOUT -> "Timed out after [30s] waiting for trained model deployment ["
                + id
                + "] to start. Use the trained model stats API to track the state of the deployment and try again once it has started.";
            case TOO_MANY_REQUESTS -> "Rejected inference request waiting for an allocation of deployment ["
                + id
                + "]. Too many pending requests";
            case CONFLICT -> "Trained model deployment [" + id + "] is not allocated to any nodes";
            default -> "simulated failure of inference endpoint [" + id + "] with status [" + status.getStatus() + "]";
        }, status);
    }

    /** Takes a call in, unless as many as may run and wait are there already; {@link #leave} must follow. */
    boolean enter() {
        if (behaviour.queue() < 0) {
            present.incrementAndGet();
            return true;
        }
        int most = behaviour.concurrency() + behaviour.queue();
        return present.getAndUpdate(n -> n < most ? n + 1 : n) < most;
    }

    void leave() {
        present.decrementAndGet();
    }

    /** How a model's full queue comes to the surface: as a failure of the server, with the reason inside. */
    static RuntimeException queueFull() {
        var full = new EsRejectedExecutionException("inference process queue is full. Unable to execute command");
        return new ElasticsearchException("Received error inference result.", full);
    }

    /** Milliseconds from now until a call of this cost is done, given that at most `concurrency` calls run at a time. */
    synchronized double reserve(double nowMs, double costMs) {
        if (slotFreeAtMs.length == 0) {
            return costMs;
        }
        Arrays.sort(slotFreeAtMs);
        slotFreeAtMs[0] = Math.max(nowMs, slotFreeAtMs[0]) + costMs;
        return slotFreeAtMs[0] - nowMs;
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject();
        builder.field("inference_id", id);
        builder.field("task_type", TASK_TYPE);
        builder.field("service", service);
        builder.field("service_settings", serviceSettings);
        builder.field("task_settings", taskSettings);
        return builder.endObject();
    }
}
