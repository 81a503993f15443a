<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * The one place that wires. Parts get what they need through their constructor; screens read them from here.
 */
final class Plugin
{
    private static ?self $instance = null;

    public readonly Settings $settings;
    public readonly Signature $signature;
    public readonly Sidecar_Client $sidecar;
    public readonly Sop $sop;
    public readonly Statuses $statuses;
    public readonly Content $content;
    public readonly Case_Mirror $cases;
    public readonly Refusals $refusals;
    public readonly Status_Writer $writer;
    public readonly Publish_Gate $gate;
    public readonly Access $access;
    public readonly Capabilities $capabilities;
    public readonly Case_Commands $commands;
    public readonly Publisher $publisher;
    public readonly Derivatives $derivatives;
    public readonly Lifecycle $lifecycle;

    /** Wires everything once per request. */
    public static function boot(): self
    {
        if (self::$instance === null) {
            self::$instance = new self();
            self::$instance->register();
        }
        return self::$instance;
    }

    /** The running plugin. */
    public static function instance(): self
    {
        return self::boot();
    }

    private function __construct()
    {
        $this->settings = new Settings();
        $this->signature = new Signature();
        $this->sidecar = new Sidecar_Client($this->settings, $this->signature);
        $this->sop = new Sop($this->sidecar);
        $this->statuses = new Statuses($this->sop);
        $this->content = new Content();
        $this->refusals = new Refusals();
        $this->writer = new Status_Writer();
        $this->cases = new Case_Mirror($this->writer);
        $this->gate = new Publish_Gate($this->sop, $this->cases, $this->writer, $this->refusals);
        $this->access = new Access($this->gate, $this->cases, $this->sop);
        $this->capabilities = new Capabilities($this->sidecar);
        $this->commands = new Case_Commands($this->sidecar, $this->cases, $this->content);
        $this->publisher = new Publisher($this->cases, $this->writer, $this->content);
        $this->derivatives = new Derivatives($this->content);
        $this->lifecycle = new Lifecycle($this->sop, $this->cases, $this->capabilities);
    }

    private function register(): void
    {
        $rest = new Rest_Controller($this->gate, $this->cases, $this->commands, $this->sop);
        $parts = [
            $this->sop, $this->statuses, $this->cases, $this->refusals, $this->gate, $this->access, $this->capabilities,
            new Late_Writes($this->gate, $this->writer),
            new Kept_Text($this->gate, $this->refusals),
            new Alarms(),
            new Xmlrpc($this->refusals),
            new Sidecar_Controller(
                $this->settings,
                $this->signature,
                $this->gate,
                $this->cases,
                $this->publisher,
                $this->content,
                $this->derivatives
            ),
            $rest, new Plan_Controller($rest, $this->gate, $this->cases, $this->sop),
            $this->lifecycle, new Public_Page($this->gate), ...$this->screens(),
        ];
        foreach ($parts as $part) {
            $part->register();
        }
    }

    /**
     * Every `includes/ui/class-NAME.php` holds `Tayang\Ui\Name`; those with a `register` method hook themselves in.
     *
     * @return array<int, object>
     */
    private function screens(): array
    {
        $screens = [];
        foreach (glob(__DIR__ . '/ui/class-*.php') ?: [] as $file) {
            require_once $file;
        }
        foreach (glob(__DIR__ . '/ui/class-*.php') ?: [] as $file) {
            $words = explode('-', substr(basename($file, '.php'), strlen('class-')));
            $class = __NAMESPACE__ . '\\Ui\\' . implode('_', array_map('ucfirst', $words));
            if (method_exists($class, 'register')) {
                $screens[] = new $class();
            }
        }
        return $screens;
    }
}
