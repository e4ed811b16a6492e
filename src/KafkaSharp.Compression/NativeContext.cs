using System.Runtime.InteropServices;

namespace KafkaSharp.Compression;

/// <summary>A context of a native library, freed with its handle.</summary>
sealed unsafe class NativeContext : SafeHandle
{
    private readonly delegate*<nint, nuint> _free;

    /// <exception cref="CompressionException">The library gave none: it has no memory.</exception>
    public NativeContext(nint context, delegate*<nint, nuint> free, string library)
        : base(0, ownsHandle: true)
    {
        if (context == 0)
            throw new CompressionException($"{library} has no memory for a context");
        _free = free;
        SetHandle(context);
    }

    public nint Pointer => handle;

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        _free(handle);
        return true;
    }
}
