namespace KafkaSharp.Metadata.Controller.Replication;

/// <summary>The racks and brokers that one topic's partitions are striped over. Not thread-safe.</summary>
internal sealed class RackList
{
    private readonly JavaRandom _random;
    private readonly Dictionary<string, Rack> _racks = new(StringComparer.Ordinal);
    private readonly List<Rack> _hashOrder = [];
    private readonly List<string> _names;
    private int _epoch;
    private int _offset;

    // A broker without a rack counts as in one that sorts before all others; a rack's name is never this.
    private const string NoRack = "";

    public RackList(JavaRandom random, IEnumerable<UsableBroker> brokers)
    {
        _random = random;
        foreach (var broker in brokers)
        {
            var name = broker.Rack ?? NoRack;
            if (!_racks.TryGetValue(name, out var rack))
                _racks[name] = rack = new Rack();
            (broker.Fenced ? rack.Fenced : rack.Unfenced).Add(broker.Id);
            TotalBrokers++;
            if (!broker.Fenced)
                UnfencedBrokers++;
        }
        foreach (var name in InHashOrder([.. _racks.Keys]))
            _hashOrder.Add(_racks[name]);
        foreach (var rack in _hashOrder)
            rack.Initialize(random);
        _names = [.. _racks.Keys.Order(StringComparer.Ordinal)];
        _offset = _names.Count == 0 ? 0 : random.NextInt(_names.Count);
    }

    public int TotalBrokers { get; }

    public int UnfencedBrokers { get; }

    /// <summary>The replicas of the next partition.</summary>
    public int[] Place(int replicas)
    {
        // After as many assignments as there are brokers the same ones would come again.
        if (_epoch == UnfencedBrokers && UnfencedBrokers > 1)
        {
            _random.Shuffle(_names);
            foreach (var rack in _hashOrder)
                rack.Shuffle(_random);
            _epoch = 0;
        }
        if (_offset == _names.Count)
            _offset = 0;
        var brokers = new int[replicas];
        var firstRack = _offset;
        while ((brokers[0] = _racks[_names[firstRack]].Unfenced.Next(_epoch)) < 0)
            firstRack = After(firstRack);
        var rackIndex = _offset;
        for (var replica = 1; replica < replicas; replica++)
        {
            int broker;
            do
            {
                broker = -1;
                // The leader's rack is passed over once, so that the second replica is elsewhere.
                if (rackIndex == firstRack)
                    firstRack = -1;
                else
                    broker = _racks[_names[rackIndex]].Next(_epoch);
                rackIndex = After(rackIndex);
            }
            while (broker < 0);
            brokers[replica] = broker;
        }
        _epoch++;
        _offset++;
        return brokers;
    }

    private int After(int rack) => rack + 1 == _names.Count ? 0 : rack + 1;

    /// <summary>The order Java's HashMap walks these names in: the random numbers are drawn in it.</summary>
    private static IEnumerable<string> InHashOrder(List<string> names)
    {
        var capacity = 16;
        while (names.Count > capacity * 3 / 4)
            capacity *= 2;
        return names.OrderBy(name => Spread(name) & (capacity - 1));
    }

    private static int Spread(string name)
    {
        var hash = 0;
        foreach (var c in name)
            hash = unchecked((hash * 31) + c);
        return hash ^ (int)((uint)hash >> 16);
    }

    private sealed class Rack
    {
        public BrokerList Fenced { get; } = new();

        public BrokerList Unfenced { get; } = new();

        public void Initialize(JavaRandom random)
        {
            Fenced.Initialize(random);
            Unfenced.Initialize(random);
        }

        public void Shuffle(JavaRandom random)
        {
            Fenced.Shuffle(random);
            Unfenced.Shuffle(random);
        }

        public int Next(int epoch)
        {
            var broker = Unfenced.Next(epoch);
            return broker >= 0 ? broker : Fenced.Next(epoch);
        }
    }

    /// <summary>Brokers taken in turn: each once an epoch, each epoch from one further on.</summary>
    private sealed class BrokerList
    {
        private readonly List<int> _brokers = [];
        private int _epoch;
        private int _index;
        private int _offset;

        public void Add(int broker) => _brokers.Add(broker);

        public void Initialize(JavaRandom random)
        {
            if (_brokers.Count == 0)
                return;
            _brokers.Sort();
            _offset = random.NextInt(_brokers.Count);
        }

        public void Shuffle(JavaRandom random) => random.Shuffle(_brokers);

        public int Next(int epoch)
        {
            if (_brokers.Count == 0)
                return -1;
            if (_epoch != epoch)
            {
                _epoch = epoch;
                _index = 0;
                _offset = (_offset + 1) % _brokers.Count;
            }
            return _index >= _brokers.Count ? -1 : _brokers[(_index++ + _offset) % _brokers.Count];
        }
    }
}
