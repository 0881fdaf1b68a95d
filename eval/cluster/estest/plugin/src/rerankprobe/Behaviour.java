package rerankprobe;

import java.util.Map;

/** What an endpoint does beside scoring; every value is read from its service_settings (top_n also from task_settings). */
record Behaviour(
    double bias,
    double scale,
    double quantum,
    double listwise,
    int topN,
    boolean returnDocuments,
    double latencyMs,
    double perDocMs,
    int concurrency,
    int queue,
    int failStatus,
    long failFirstN,
    String failReason,
    int withhold
) {

    static final int NO_TOP_N = 0;

    static Behaviour of(Map<String, Object> service, Map<String, Object> task) {
        int failStatus = (int) number(service, "fail_status", 0);
        long failFirstN = (long) number(service, "fail_first_n", failStatus == 0 ? 0 : Long.MAX_VALUE);
        if (failStatus == 0 && failFirstN > 0) {
            failStatus = 503;
        }
        if (failStatus != 0 && (failStatus < 400 || failStatus > 599)) {
            throw new IllegalArgumentException("[fail_status] must be an HTTP error status, found [" + failStatus + "]");
        }
        int topN = (int) number(task, "top_n", number(service, "top_n", NO_TOP_N));
        if (topN < 0) {
            throw new IllegalArgumentException("[top_n] must be positive, found [" + topN + "]");
        }
        return new Behaviour(
            number(service, "bias", -4),
            number(service, "scale", 16),
            number(service, "quantum", 0),
            strength(service, "listwise"),
            topN,
            flag(task, "return_documents", true),
            number(service, "latency_ms", 0),
            number(service, "per_doc_ms", 0),
            (int) number(service, "concurrency", 0),
            (int) number(service, "queue", -1),
            failStatus,
            failFirstN,
            service.get("fail_reason") instanceof String reason ? reason : null,
            (int) number(service, "withhold", 0)
        );
    }

    private static double number(Map<String, Object> settings, String key, double otherwise) {
        Object value = settings.get(key);
        if (value == null) {
            return otherwise;
        }
        try {
            return value instanceof Number n ? n.doubleValue() : Double.parseDouble(value.toString());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("[" + key + "] must be a number, found [" + value + "]", e);
        }
    }

    /** A number of which true means 1 and false 0. */
    private static double strength(Map<String, Object> settings, String key) {
        return settings.get(key) instanceof Boolean on ? (on ? 1 : 0) : number(settings, key, 0);
    }

    private static boolean flag(Map<String, Object> settings, String key, boolean otherwise) {
        Object value = settings.get(key);
        if (value == null) {
            return otherwise;
        }
        return switch (value.toString()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("[" + key + "] must be true or false, found [" + value + "]");
        };
    }
}
