import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.BrokerRegistrationRequestData;
import org.apache.kafka.common.message.BrokerRegistrationRequestData.Feature;
import org.apache.kafka.common.message.BrokerRegistrationRequestData.FeatureCollection;
import org.apache.kafka.common.message.BrokerRegistrationRequestData.Listener;
import org.apache.kafka.common.message.BrokerRegistrationRequestData.ListenerCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.BrokerRegistrationRequest;
import org.apache.kafka.common.requests.RequestHeader;

/**
 * Registers broker 900, which does not exist and therefore stays fenced, and creates topics of two partitions whose second replicas are
 * on it: nothing can be written to them while min.insync.replicas is 2. Arguments: the address of the broker, the topics. The port of the
 * controller is the next.
 */
public final class FencedBroker {
    private static final int ID = 900;
    private static final short VERSION = 4;
    // The levels that 4.3 supports.
    private static final Map<String, List<Integer>> FEATURES = Map.of(
        "metadata.version", List.of(7, 30), "group.version", List.of(0, 1), "transaction.version", List.of(0, 2),
        "share.version", List.of(0, 1), "streams.version", List.of(0, 1), "kraft.version", List.of(0, 1),
        "eligible.leader.replicas.version", List.of(0, 1));

    public static void main(String[] arguments) throws Exception {
        String bootstrap = arguments[0];
        try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            register(bootstrap, admin.describeCluster().clusterId().get());
            Map<Integer, List<Integer>> replicas = Map.of(0, List.of(1, ID), 1, List.of(1, ID));
            admin.createTopics(Arrays.stream(arguments).skip(1).map(name -> new NewTopic(name, replicas)).toList()).all().get();
        }
    }

    private static void register(String bootstrap, String cluster) throws Exception {
        var features = new FeatureCollection();
        FEATURES.forEach((name, levels) -> features.add(new Feature().setName(name)
            .setMinSupportedVersion(levels.get(0).shortValue()).setMaxSupportedVersion(levels.get(1).shortValue())));
        var listeners = new ListenerCollection();
        listeners.add(new Listener().setName("PLAINTEXT").setHost("127.0.0.1").setPort(9).setSecurityProtocol((short) 0));
        var request = new BrokerRegistrationRequest.Builder(new BrokerRegistrationRequestData().setBrokerId(ID).setClusterId(cluster)
            .setIncarnationId(Uuid.randomUuid()).setListeners(listeners).setFeatures(features)
            .setLogDirs(List.of(Uuid.randomUuid()))).build(VERSION);
        var header = new RequestHeader(ApiKeys.BROKER_REGISTRATION, VERSION, "tools", 1);
        ByteBuffer bytes = request.serializeWithHeader(header);
        String[] address = bootstrap.split(":");
        try (var socket = new Socket(address[0], Integer.parseInt(address[1]) + 1)) {
            var out = new DataOutputStream(socket.getOutputStream());
            out.writeInt(bytes.remaining());
            out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
            var in = new DataInputStream(socket.getInputStream());
            ByteBuffer response = ByteBuffer.wrap(in.readNBytes(in.readInt()));
            var errors = AbstractResponse.parseResponse(response, header).errorCounts();
            if (!errors.keySet().stream().allMatch(error -> error == Errors.NONE)) {
                throw new IllegalStateException("registration: " + errors);
            }
        }
    }
}
