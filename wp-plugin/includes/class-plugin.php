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
    public readonly Own_Meta $meta;
    public readonly Working_Copy $copies;
    public readonly Locked_Words $words;
    public readonly Case_Mirror $cases;
    public readonly Waiting $waiting;
    public readonly Refusals $refusals;
    public readonly Status_Writer $writer;
    public readonly Publish_Gate $gate;
    public readonly Access $access;
    public readonly Capabilities $capabilities;
    public readonly Case_Commands $commands;
    public readonly Publisher $publisher;
    public readonly Derivatives $derivatives;
    public readonly Reconcile $reconcile;
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
        $this->sop = new Sop($this->sidecar, $this->settings);
        $this->statuses = new Statuses($this->sop);
        $this->content = new Content();
        $this->waiting = new Waiting();
        $this->refusals = new Refusals();
        $this->writer = new Status_Writer();
        $this->meta = new Own_Meta();
        $this->copies = new Working_Copy($this->writer, $this->meta);
        $this->words = new Locked_Words($this->meta);
        $this->cases = new Case_Mirror($this->writer, $this->meta, $this->copies, $this->words);
        $this->gate = new Publish_Gate($this->sop, $this->cases, $this->writer, $this->refusals);
        $this->access = new Access($this->gate, $this->cases, $this->sop);
        $this->capabilities = new Capabilities($this->sidecar);
        $this->commands = new Case_Commands($this->sidecar, $this->cases, $this->content);
        $this->publisher = new Publisher($this->cases, $this->writer, $this->content, $this->copies, $this->words);
        $this->derivatives = new Derivatives($this->content);
        $this->reconcile = new Reconcile($this->sop, $this->cases, $this->writer, $this->words, $this->meta);
        $this->lifecycle = new Lifecycle($this->sop, $this->capabilities, $this->reconcile);
    }

    /** Guards are always there; what only answers calls, or only draws screens, comes when it is asked for. */
    private function register(): void
    {
        $parts = [
            $this->sop, $this->statuses, $this->meta, $this->waiting, $this->refusals, $this->gate, $this->access, $this->capabilities,
            new Closed_Terms($this->gate, $this->refusals), $this->reconcile,
            new Late_Writes($this->gate, $this->writer),
            new Kept_Text($this->gate, $this->refusals),
            new Denied_Screens($this->gate, $this->cases),
            new Alarms(),
            new Parts(),
            new Xmlrpc($this->refusals),
            $this->lifecycle, new Public_Page($this->gate), ...(is_admin() ? [new Privacy(), ...$this->screens()] : []),
        ];
        foreach ($parts as $part) {
            $part->register();
        }
        add_action('rest_api_init', [$this, 'register_routes']);
        add_action('admin_bar_init', [$this, 'register_admin_bar']);
    }

    /** What answers the sidecar and the browser. */
    public function register_routes(): void
    {
        $rest = new Rest_Controller($this->gate, $this->cases, $this->commands, $this->sop);
        $controllers = [
            new Sidecar_Controller(
                $this->settings,
                $this->signature,
                $this->gate,
                $this->cases,
                $this->publisher,
                $this->content,
                $this->derivatives,
                $this->reconcile
            ),
            new Corrections($this->gate, $this->commands, $this->sop),
            $rest,
            new Plan_Controller($rest, $this->gate, $this->cases, $this->sop),
            new Lists_Controller($this->sidecar),
        ];
        foreach ($controllers as $controller) {
            $controller->register_routes();
        }
    }

    /** The one screen that also shows on the website, above it. */
    public function register_admin_bar(): void
    {
        if (!is_admin() && class_exists(Ui\Admin_Bar::class)) {
            (new Ui\Admin_Bar())->register();
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
            $words = explode('-', substr(basename($file, '.php'), strlen('class-')));
            $class = __NAMESPACE__ . '\\Ui\\' . implode('_', array_map('ucfirst', $words));
            if (method_exists($class, 'register')) {
                $screens[] = new $class();
            }
        }
        return $screens;
    }
}
