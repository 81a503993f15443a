<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * Over XML-RPC core answers `true` when the gate kept a status. Every writing method is wrapped: what was refused while it
 * ran becomes a fault with the sentence. And the sidecar's calls come in here where a host blocks REST.
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
        add_filter('xmlrpc_methods', [$this, 'add_sidecar'], PHP_INT_MAX);
        add_filter('xmlrpc_methods', [$this, 'wrap'], PHP_INT_MAX);
    }

    /**
     * `tayang.<call>(blog, login, application password, JSON text, signature headers)`.
     *
     * @param array<string, mixed> $methods
     * @return array<string, mixed>
     */
    public function add_sidecar(array $methods): array
    {
        foreach (Sidecar_Controller::CALLS as $name) {
            $methods["tayang.$name"] = [new Xmlrpc_Sidecar($name), 'call'];
        }
        return $methods;
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
