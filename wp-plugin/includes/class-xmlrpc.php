<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * Over XML-RPC core answers `true` when the gate kept a status. Every writing method is wrapped: what was refused while it
 * ran becomes a fault with the sentence.
 */
final class Xmlrpc
{
    private const WRITING = [
        'wp.newPost', 'wp.editPost', 'wp.deletePost', 'wp.newPage', 'wp.editPage', 'wp.deletePage', 'wp.restoreRevision',
        'blogger.newPost', 'blogger.editPost', 'blogger.deletePost', 'metaWeblog.newPost', 'metaWeblog.editPost',
        'metaWeblog.deletePost', 'mt.publishPost', 'mt.setPostCategories',
    ];

    public function __construct(private readonly Refusals $refusals)
    {
    }

    public function register(): void
    {
        add_filter('xmlrpc_methods', [$this, 'wrap'], PHP_INT_MAX);
    }

    /**
     * @param array<string, mixed> $methods
     * @return array<string, mixed>
     */
    public function wrap(array $methods): array
    {
        foreach (self::WRITING as $name) {
            if (isset($methods[$name])) {
                // IXR calls functions by name or [object, method], so each wrapped one is an object.
                $methods[$name] = [new Xmlrpc_Method($methods[$name], $this->refusals), 'call'];
            }
        }
        return $methods;
    }
}

/** One wrapped method of WordPress's XML-RPC server. */
final class Xmlrpc_Method
{
    private mixed $method;

    public function __construct(mixed $method, private readonly Refusals $refusals)
    {
        $this->method = $method;
    }

    /** Runs core's method; answers the sentence of what was refused meanwhile. */
    public function call(mixed $args): mixed
    {
        global $wp_xmlrpc_server;
        $this->refusals->take();
        $method = $this->method;
        if (is_string($method) && str_starts_with($method, 'this:')) {
            $method = [$wp_xmlrpc_server, substr($method, strlen('this:'))];
        }
        $result = call_user_func($method, $args);
        $refused = $this->refusals->take();
        return $refused ? new \IXR_Error(409, implode(' ', $refused)) : $result;
    }
}
