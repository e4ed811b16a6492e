using System.Runtime.InteropServices;

namespace KafkaSharp.Compression;

/// <summary>A handle of a native library's context. The context is freed with the handle.</summary>
internal sealed unsafe class NativeContext : SafeHandle
{
    private readonly delegate*<nint, nuint> _free;

    /// <exception cref="CompressionException">The library returned no context, because it is out of memory.</exception>
    public NativeContext(nint context, delegate*<nint, nuint> free, string library)
        : base(0, ownsHandle: true)
    {
        if (context == 0)
            throw new CompressionException($"{library} cannot allocate a context: out of memory");
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
